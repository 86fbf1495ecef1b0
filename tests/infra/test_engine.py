"""The embedded engine as this project runs it: what it must not forget, and that it leaves nothing behind."""

import io
import time
import zipfile
from pathlib import Path
from typing import Any

import boto3
import pytest

from local.engine import Engine, EngineError
from local.ports import is_free

TABLE = "kept"
KEY = [{"AttributeName": "pk", "KeyType": "HASH"}]
BROKEN = "def handler(event, context): raise ValueError('not yet')"
# What it is given, it writes down beside its data.
WORKING = """
import boto3, os
def handler(event, context):
    for record in event["Records"]:
        name = record["dynamodb"]["Keys"]["pk"]["S"]
        if not name.startswith("seen "):
            boto3.client("dynamodb").put_item(TableName="kept", Item={"pk": {"S": "seen " + name}})
"""


def test_items_and_unpublished_changes_survive_a_stop_and_another_port(tmp_path: Path) -> None:
    with Engine(tmp_path, persist=True) as engine:
        _table_with_reader(engine)
        _put(engine, "first")
        time.sleep(1)
        assert _items(engine) == {"first"}
    with Engine(tmp_path, persist=True) as engine:
        _client(engine, "lambda").update_function_code(FunctionName="reader", ZipFile=_zip(WORKING))
        _put(engine, "second")
        deadline = time.monotonic() + 20
        while _items(engine) != {"first", "second", "seen first", "seen second"}:
            assert time.monotonic() < deadline, _items(engine)
            time.sleep(0.1)


def test_without_persistence_nothing_is_kept(tmp_path: Path) -> None:
    with Engine(tmp_path) as engine:
        _table_with_reader(engine)
    with Engine(tmp_path) as engine:
        assert _client(engine, "dynamodb").list_tables()["TableNames"] == []


def test_a_reset_forgets_everything(tmp_path: Path) -> None:
    with Engine(tmp_path) as engine:
        _table_with_reader(engine)
        engine.reset()
        assert _client(engine, "dynamodb").list_tables()["TableNames"] == []


def test_a_stopped_engine_leaves_neither_its_port_nor_unpacked_functions(tmp_path: Path) -> None:
    with Engine(tmp_path) as engine:
        _table_with_reader(engine)
        _put(engine, "first")
    assert is_free(engine.port)
    assert not (tmp_path / "tmp").exists()
    engine.stop()


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    with Engine(tmp_path / "one") as engine, pytest.raises(EngineError, match=str(engine.port)):
        Engine(tmp_path / "two", engine.port).start()


def _table_with_reader(engine: Engine) -> None:
    created = _client(engine, "dynamodb").create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=KEY,
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    functions = _client(engine, "lambda")
    functions.create_function(
        FunctionName="reader",
        Runtime="python3.11",
        Role="arn:aws:iam::000000000000:role/reader",
        Handler="reader.handler",
        Code={"ZipFile": _zip(BROKEN)},
    )
    functions.create_event_source_mapping(
        FunctionName="reader",
        EventSourceArn=created["TableDescription"]["LatestStreamArn"],
        StartingPosition="TRIM_HORIZON",
    )


def _zip(source: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("reader.py", source)
    return buffer.getvalue()


def _put(engine: Engine, name: str) -> None:
    _client(engine, "dynamodb").put_item(TableName=TABLE, Item={"pk": {"S": name}})


def _items(engine: Engine) -> set[str]:
    return {item["pk"]["S"] for item in _client(engine, "dynamodb").scan(TableName=TABLE)["Items"]}


def _client(engine: Engine, service: str) -> Any:
    return boto3.client(service, **engine.client_settings)
