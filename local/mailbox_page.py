"""The mailbox as a page: search, channels, heads and bodies, and buttons to act as the recipient. It needs no script."""

import html
import json
from urllib.parse import urlencode

from local.mailbox import Mailbox, Message

_NAMES = {"email": "Email", "sms": "Text", "push": "Push"}
# What somebody who got a message of a channel can do with it.
_ACTIONS = {
    "email": (
        ("open", "Open"),
        ("click", "Click first link"),
        ("unsubscribe", "One-click unsubscribe"),
        ("bounce", "Bounce"),
        ("soft-bounce", "Bounce softly"),
        ("complain", "Complain"),
    ),
    "sms": (("click", "Click first link"), ("bounce", "Cannot be reached")),
    "push": (("click", "Tap"),),
}


def render(mailbox: Mailbox, channel: str, text: str, before: str) -> str:
    """The page of the newest messages that are asked for."""
    messages, more = mailbox.page(channel, text, before)
    last = messages[-1]["id"] if more else ""
    return _PAGE.format(
        text=html.escape(text, quote=True),
        channel=html.escape(channel, quote=True),
        tabs=_tabs(mailbox.channels(), channel, text),
        rows="".join(map(_row, messages)) or "<p>Nothing here.</p>",
        more=_link("Older", channel, text, last) if more else "",
    )


def _tabs(counts: dict[str, int], chosen: str, text: str) -> str:
    tabs = [("", f"All {sum(counts.values())}")]
    tabs += [(name, f"{_NAMES.get(name, name)} {count}") for name, count in sorted(counts.items())]
    return " ".join(
        f"<b>{html.escape(label)}</b>" if name == chosen else _link(label, name, text) for name, label in tabs
    )


def _link(label: str, channel: str, text: str, before: str = "") -> str:
    query = urlencode(
        {name: value for name, value in (("channel", channel), ("q", text), ("before", before)) if value}
    )
    return f'<a href="/_local/mailbox?{html.escape(query)}">{html.escape(label)}</a>'


def _row(message: Message) -> str:
    title = message["subject"] or message["text"][:80] or "(nothing)"
    head = " · ".join((message["time"], message["channel"], message["from"], ", ".join(message["to"])))
    happened = " → ".join(one["what"] for one in message["happened"])
    return (
        f'<details id="{html.escape(message["id"], quote=True)}"><summary><b>{html.escape(title)}</b>'
        f"<small>{html.escape(head)}</small><small>{html.escape(happened)}</small></summary>"
        f"{_actions(message)}{_facts(message)}{_body(message)}</details>"
    )


def _actions(message: Message) -> str:
    place = f"/_local/mailbox/{html.escape(message['id'], quote=True)}"
    buttons = "".join(
        f'<button formaction="{place}/{action}">{label}</button>'
        for action, label in _ACTIONS.get(message["channel"], ())
    )
    answer = ""
    if message["channel"] == "sms":
        answer = (
            f'<form method="post" action="{place}/reply"><input name="text" value="STOP" aria-label="Answer">'
            f"<button>Answer</button></form>"
        )
    return f'<form method="post">{buttons}</form>{answer}'


def _facts(message: Message) -> str:
    facts = dict(message["headers"]) | {f"tag {name}": value for name, value in message["tags"].items()}
    if message.get("data"):
        facts["data"] = json.dumps(message["data"], ensure_ascii=False)
    rows = "".join(
        f"<tr><th>{html.escape(name)}</th><td>{html.escape(str(value))}</td></tr>"
        for name, value in facts.items()
    )
    return f"<table>{rows}</table>"


def _body(message: Message) -> str:
    text = f"<pre>{html.escape(message['text'])}</pre>"
    if not message["html"]:
        return text
    frame = f'<iframe sandbox title="Message" srcdoc="{html.escape(message["html"], quote=True)}"></iframe>'
    return f"{frame}<details><summary>Plain text</summary>{text}</details>"


_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Mailbox · Regulars local</title>
<style>
 body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }}
 summary {{ cursor: pointer; padding: .6rem 0; border-top: 1px solid #ddd }}
 small {{ display: block; color: #555 }}
 table {{ border-collapse: collapse; margin: .5rem 0; font-size: 13px }}
 th {{ text-align: left; font-weight: 600; padding: .1rem 1rem .1rem 0; vertical-align: top; white-space: nowrap }}
 td {{ overflow-wrap: anywhere }}
 form {{ display: inline }}
 button, input {{ font: inherit; margin: 0 .4rem .4rem 0 }}
 pre {{ white-space: pre-wrap }}
 iframe {{ width: 100%; height: 36rem; border: 1px solid #ddd }}
</style>
<h1>Mailbox</h1>
<p>Everything this local run sent, over every channel. Nothing left this machine.</p>
<form method="get"><input type="search" name="q" value="{text}" aria-label="Search" placeholder="Search">
<input type="hidden" name="channel" value="{channel}"><button>Search</button></form>
<p>{tabs}</p>
{rows}
<p>{more}</p>
</html>
"""
