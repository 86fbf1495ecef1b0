"""A process that answers as DynamoDB and SES v2 do, so that both sides of a comparison pay for the real formats and none for the
server's work."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from typing import Any

Item = dict[str, Any]


class _Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    items: dict[tuple[str, str], Item] = {}
    size: dict[str, int] = {}

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        target = self.headers.get("x-amz-target", "")
        if target:
            answer = self._table(target.rpartition(".")[2], json.loads(body))
        elif self.path.endswith("outbound-bulk-emails"):
            count = len(json.loads(body)["BulkEmailEntries"])
            results = [{"Status": "SUCCESS", "MessageId": f"0102019{n:053x}"} for n in range(count)]
            answer = {"BulkEmailEntryResults": results}
        else:
            answer = {"MessageId": f"0102019{0:053x}"}
        text = json.dumps(answer).encode()
        self.send_response_only(200)
        self.send_header("content-type", "application/x-amz-json-1.0" if target else "application/json")
        self.send_header("x-amzn-requestid", "0" * 52)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def _table(self, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        if operation == "BatchGetItem":
            ((name, wanted),) = asked["RequestItems"].items()
            found = [self._found(key) for key in wanted["Keys"]]
            return {"Responses": {name: [item for item in found if item]}, "UnprocessedKeys": {}}
        if operation == "GetItem":
            item = self._found(asked["Key"])
            return {"Item": item} if item else {}
        if operation == "GetSecretValue":
            return {"SecretString": "s" * 64}
        if operation == "Query":
            return {"Items": [], "Count": 0, "ScannedCount": 0}
        if operation == "DescribeTable":
            return {"Table": {"TableName": asked["TableName"], "TableStatus": "ACTIVE"}}
        return {}

    def _found(self, key: Item) -> Item | None:
        return self.items.get((key["pk"]["S"], key["sk"]["S"]))

    def log_message(self, *given: Any) -> None:
        pass


def _serve(items: dict[tuple[str, str], Item], told: Connection) -> None:
    _Answering.items = items
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answering)
    server.daemon_threads = True
    told.send(server.server_address[1])
    threading.Thread(target=server.serve_forever, daemon=True).start()
    told.recv()


@contextmanager
def answering(items: dict[tuple[str, str], Item]) -> Iterator[str]:
    """The address of a server, in a process of its own, that reads these items and takes every write."""
    here, there = Pipe()
    process = get_context("fork").Process(target=_serve, args=(items, there), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{here.recv()}"
    finally:
        here.send(None)
        process.join(5)
