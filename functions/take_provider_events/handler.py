"""Lambda: what providers tell of messages, and what people answer to texts, a message of the queue at a time."""

from typing import Any

from regulars.kernel.clock import clock
from regulars.kernel.context import Work, begin_work
from regulars.kernel.ids import digest
from regulars.kernel.worker import each_message
from regulars.messaging.provider_events.taking import take

_clock = clock()


def _take(message: dict[str, Any]) -> None:
    begin_work(Work(digest(str(message.get("id") or message.get("MessageId") or "")), actor="system"))
    take(message, _clock.now())


handler = each_message(_take)
