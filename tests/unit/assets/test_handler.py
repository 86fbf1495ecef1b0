"""The console's files: only those, for ever, compressed for who can read it."""

import base64
import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assets import handler as served


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "app.abc123.css").write_text("body{}")
    (tmp_path / "app.abc123.css.gz").write_bytes(gzip.compress(b"body{}"))
    (tmp_path / "secret.txt").write_text("no")
    monkeypatch.setattr(served, "FILES", tmp_path)
    served._files.cache_clear()
    yield tmp_path
    served._files.cache_clear()


def ask(name: str, **headers: str) -> dict[str, Any]:
    return served.handler({"pathParameters": {"proxy": name}, "headers": headers}, None)


def test_a_file_may_be_kept_for_ever(files: Path) -> None:
    answer = ask("app.abc123.css")
    assert answer["statusCode"] == 200
    assert base64.b64decode(answer["body"]) == b"body{}"
    assert answer["headers"]["cache-control"] == "public, max-age=31536000, immutable"
    assert answer["headers"]["content-type"].startswith("text/css")


def test_a_name_without_its_hash_is_kept_for_minutes(files: Path) -> None:
    assert ask("app.css")["headers"]["cache-control"] == "public, max-age=300"


def test_it_is_compressed_for_who_can_read_that(files: Path) -> None:
    answer = ask("app.abc123.css", **{"accept-encoding": "br, gzip"})
    assert answer["headers"]["content-encoding"] == "gzip"
    assert gzip.decompress(base64.b64decode(answer["body"])) == b"body{}"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "nope.css",
        "secret.txt",
        "../handler.py",
        "..%2fhandler.py",
        "app.abc123.css.gz",
        "a/b.css",
        "x" * 5000 + ".css",
    ],
)
def test_nothing_else_can_be_asked_for(files: Path, name: str) -> None:
    assert ask(name)["statusCode"] == 404
