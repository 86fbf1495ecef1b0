"""What the stage sent over every channel, as the simulated providers took it; kept on disk across restarts."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Message = dict[str, Any]


class Mailbox:
    """Messages with `id, time, channel, to, from, subject, html, text, headers, tags, happened`, oldest first.

    `happened` is what became of a message here: each event's name and moment. The file has a line for each message and each
    thing that happened, and is only ever added to.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._messages: dict[str, Message] = {}
        for line in file.read_text().splitlines() if file.exists() else ():
            self._take(json.loads(line))

    def add(self, message: Message) -> None:
        """Keeps a message."""
        self._keep({"happened": [], **message})

    def note(self, identifier: str, what: str, at: str) -> None:
        """Keeps that something happened to a message."""
        self._keep({"of": identifier, "what": what, "at": at})

    def find(self, identifier: str) -> Message | None:
        return self._messages.get(identifier)

    def messages(self, to: str = "", channel: str = "", text: str = "") -> list[Message]:
        """All messages, or those to one recipient, of one channel, with a text anywhere in them."""
        return [one for one in list(self._messages.values()) if _is_wanted(one, to, channel, text)]

    def page(
        self, channel: str = "", text: str = "", before: str = "", limit: int = 50
    ) -> tuple[list[Message], bool]:
        """The newest messages first, from the one before `before` on; whether there are more."""
        found: list[Message] = []
        for one in self._backwards(before):
            if _is_wanted(one, "", channel, text):
                if len(found) == limit:
                    return found, True
                found.append(one)
        return found, False

    def channels(self) -> dict[str, int]:
        """How many messages each channel has."""
        counts: dict[str, int] = {}
        for one in list(self._messages.values()):
            counts[one["channel"]] = counts.get(one["channel"], 0) + 1
        return counts

    def _backwards(self, before: str) -> Iterator[Message]:
        started = not before
        for identifier, message in reversed(list(self._messages.items())):
            if started:
                yield message
            started = started or identifier == before

    def _keep(self, record: dict[str, Any]) -> None:
        with self._lock, self._file.open("a") as file:
            file.write(f"{json.dumps(record)}\n")
            self._take(record)

    def _take(self, record: dict[str, Any]) -> None:
        if "of" not in record:
            self._messages[record["id"]] = {"happened": [], "tags": {}} | record
        elif message := self._messages.get(record["of"]):
            message["happened"].append({"what": record["what"], "at": record["at"]})


def _is_wanted(message: Message, to: str, channel: str, text: str) -> bool:
    if channel and message["channel"] != channel:
        return False
    recipients = [recipient.lower() for recipient in message["to"]]
    if to and to.lower() not in recipients:
        return False
    if not text:
        return True
    searched = [*recipients, message["from"], message["subject"], message["text"], message["id"]]
    return any(text.lower() in one.lower() for one in searched)
