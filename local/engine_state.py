"""Mends the engine's saved data before it is read again. Two gaps of the engine are closed here:

- queue addresses contain the port; after a start on another port no mapping would find its queue;
- positions in the table's stream are saved, the stream is not: with old positions new events would be skipped.
"""

import json
import re
from pathlib import Path

PORT_FILE = "port"
FILES_WITH_ADDRESSES = (
    "sqs.json",
    "lambda.json",
    "cloudformation.json",
    "apigateway.json",
    "eventbridge.json",
)


def saved_port(state: Path) -> int | None:
    """The port the saved data was written under."""
    record = state / PORT_FILE
    return int(record.read_text()) if record.exists() else None


def prepare_state(state: Path, port: int) -> None:
    """Makes saved data fit for a start on `port`."""
    state.mkdir(parents=True, exist_ok=True)
    before = saved_port(state)
    if before not in (None, port):
        for name in FILES_WITH_ADDRESSES:
            _move_addresses(state / name, before, port)
    _forget_stream_positions(state / "lambda.json")
    (state / PORT_FILE).write_text(str(port))


def _move_addresses(file: Path, before: int | None, port: int) -> None:
    if file.exists():
        text = file.read_text()
        file.write_text(re.sub(rf"(://(?:localhost|127\.0\.0\.1)):{before}\b", rf"\g<1>:{port}", text))


def _forget_stream_positions(file: Path) -> None:
    if not file.exists():
        return
    saved = json.loads(file.read_text())
    saved["payload"]["dynamodb_stream_positions"] = {"__account_region_scoped__": True, "data": {}}
    file.write_text(json.dumps(saved))
