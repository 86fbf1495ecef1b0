"""The queue edge: turns a function of events or messages into a Lambda handler with partial batch answers.

A message that fails is reported alone: its neighbours are done, and after the queue's retries it lies in the dead-letter
queue with its reason in the log, until `regulars redrive` brings it back.
"""

import json
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from regulars.kernel.context import Work, begin_work
from regulars.kernel.events import AlreadyHandledError, Envelope
from regulars.kernel.logs import logger
from regulars.kernel.queue import MAX_RECEIVES

Batch = dict[str, Any]
Answer = dict[str, list[dict[str, str]]]
Around = Callable[[dict[str, Any]], AbstractContextManager[None]]
_log = logger("worker")


def each_event(handle: Callable[[Envelope], None]) -> Callable[[Batch, Any], Answer]:
    """A handler of a queue behind a bus rule, one event at a time."""

    def one(body: dict[str, Any]) -> None:
        envelope = _envelope(body)
        begin_work(_work_of(envelope))
        handle(envelope)

    return each_message(one)


def each_message(
    handle: Callable[[dict[str, Any]], None], around_last: Around | None = None
) -> Callable[[Batch, Any], Answer]:
    """A handler of a queue, one message (a JSON object) at a time; `around_last` is entered when one is tried for the last
    time."""

    def handler(batch: Batch, context: Any) -> Answer:
        return _answer(record for record in batch["Records"] if not _done(handle, record, around_last))

    return handler


def event_batches(handle: Callable[[list[Envelope]], None]) -> Callable[[Batch, Any], Answer]:
    """A handler that is given the events of a batch together, of one tenant at a time, because it can save writes so.

    When a group fails its events are tried one by one, so that only the poisoned one is reported.
    """

    def handler(batch: Batch, context: Any) -> Answer:
        failed: list[dict[str, Any]] = []
        groups: dict[str, list[tuple[dict[str, Any], Envelope]]] = {}
        for record in batch["Records"]:
            try:
                envelope = _envelope(json.loads(record["body"]))
            except Exception:  # noqa: BLE001  (the outermost edge)
                _log.exception("unreadable message", extra={"message_id": record["messageId"]})
                failed.append(record)
                continue
            groups.setdefault(envelope.tenant, []).append((record, envelope))
        for group in groups.values():
            failed += _group(group, handle)
        return _answer(failed)

    return handler


def _group(
    group: list[tuple[dict[str, Any], Envelope]], handle: Callable[[list[Envelope]], None]
) -> list[dict[str, Any]]:
    begin_work(_work_of(group[0][1]))
    try:
        handle([envelope for _, envelope in group])
    except Exception:  # noqa: BLE001  (the outermost edge)
        if len(group) == 1:
            _log.exception("event failed", extra={"event": group[0][1].id, "event_name": group[0][1].name})
            return [group[0][0]]
        _log.warning(
            "a group failed; trying its events one by one", extra={"events": len(group)}, exc_info=True
        )
        return [record for pair in group for record in _group([pair], handle)]
    return []


def _done(
    handle: Callable[[dict[str, Any]], None], record: dict[str, Any], around_last: Around | None
) -> bool:
    try:
        message = json.loads(record["body"])
        with around_last(message) if around_last and _is_last(record) else nullcontext():
            handle(message)
    except AlreadyHandledError:
        return True
    except Exception:  # noqa: BLE001  (the outermost edge)
        _log.exception("message failed", extra={"message_id": record["messageId"]})
        return False
    return True


def _is_last(record: dict[str, Any]) -> bool:
    return int(record.get("attributes", {}).get("ApproximateReceiveCount", 1)) >= MAX_RECEIVES


def _answer(failed: Iterable[dict[str, Any]]) -> Answer:
    answer = {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in failed]}
    _log.info("batch done", extra={"failed": len(answer["batchItemFailures"])})
    return answer


def _envelope(body: dict[str, Any]) -> Envelope:
    envelope = Envelope.model_validate(body["detail"])
    envelope.owner()
    return envelope


def _work_of(envelope: Envelope) -> Work:
    return Work(envelope.correlation, envelope.id, envelope.tenant, "system")
