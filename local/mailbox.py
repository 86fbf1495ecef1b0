"""What the stage sent over every channel, as the engine captured it; kept on disk because the engine forgets."""

import html
import json
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Message = dict[str, Any]


class Mailbox:
    """Messages with `id, time, channel, to, from, subject, html, text, headers`, oldest first."""

    def __init__(self, endpoint_url: str, file: Path) -> None:
        self._endpoint_url = endpoint_url
        self._file = file
        lines = file.read_text().splitlines() if file.exists() else []
        self._messages: dict[str, Message] = {message["id"]: message for message in map(json.loads, lines)}

    def refresh(self) -> None:
        """Takes over what the engine captured since the last time."""
        captured = [*self._mails(), *self._texts()]
        fresh = [message for message in captured if message["id"] not in self._messages]
        if fresh:
            with self._file.open("a") as file:
                file.writelines(f"{json.dumps(message)}\n" for message in fresh)
            self._messages.update((message["id"], message) for message in fresh)

    def messages(self, to: str | None = None) -> list[Message]:
        """All messages, or those to one recipient."""
        self.refresh()
        wanted = self._messages.values()
        return [message for message in wanted if to is None or to.lower() in _lower(message["to"])]

    def page(self) -> str:
        """The messages as HTML, newest first; mails are shown in frames that run no scripts."""
        return _PAGE.format(rows="".join(_row(message) for message in reversed(self.messages())))

    def _mails(self) -> Iterable[Message]:
        for record in _flat(self._captured("ses/messages")["messages"]):
            yield {
                "id": record["MessageId"],
                "time": record["Timestamp"],
                "channel": "email",
                "to": record["To"],
                "from": record["Source"],
                "subject": record["Subject"],
                "html": record.get("BodyHtml") or "",
                "text": record.get("BodyText") or "",
                "headers": {name: record[name] for name in ("CC", "BCC") if record.get(name)},
            }

    def _texts(self) -> Iterable[Message]:
        for record in _flat(self._captured("sns/sms-messages")["sms_messages"]):
            yield {
                "id": record["MessageId"],
                "time": record["Timestamp"],
                "channel": "sms",
                "to": [record["PhoneNumber"]],
                "from": "",
                "subject": "",
                "html": "",
                "text": record["Message"],
                "headers": {},
            }

    def _captured(self, path: str) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self._endpoint_url}/_ministack/{path}", timeout=30) as answer:
            captured: dict[str, Any] = json.load(answer)
        return captured


def _flat(groups: dict[str, list[Message]]) -> list[Message]:
    return [record for records in groups.values() for record in records]


def _lower(recipients: list[str]) -> list[str]:
    return [recipient.lower() for recipient in recipients]


def _row(message: Message) -> str:
    body = message["html"] or f"<pre>{html.escape(message['text'])}</pre>"
    head = " · ".join((message["time"], message["channel"], message["from"], ", ".join(message["to"])))
    return (
        f"<details><summary><b>{html.escape(message['subject'] or message['text'][:60])}</b>"
        f"<small>{html.escape(head)}</small></summary>"
        f'<iframe sandbox title="Message" srcdoc="{html.escape(body)}"></iframe></details>'
    )


_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Mailbox · Regulars local</title>
<style>
 body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem }}
 summary {{ cursor: pointer; padding: .6rem 0; border-top: 1px solid #ddd }}
 small {{ display: block; color: #555 }}
 iframe {{ width: 100%; height: 36rem; border: 1px solid #ddd }}
</style>
<h1>Mailbox</h1>
<p>Everything this local run sent, over every channel. Nothing left this machine.</p>
{rows}
</html>
"""
