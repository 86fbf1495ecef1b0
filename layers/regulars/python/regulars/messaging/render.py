"""Templates to content: Jinja2 in its sandbox, HTML escaped, compiled once a process."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, Template
from jinja2.sandbox import SandboxedEnvironment

from regulars.messaging.content import EmailContent
from regulars.messaging.model import one_line

_FOLDER = Path(__file__).parent / "templates"


@cache
def _environment() -> SandboxedEnvironment:
    return SandboxedEnvironment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=lambda name: name is not None and name.endswith(".html"),
        undefined=StrictUndefined,
        auto_reload=False,
    )


@cache
def _template(name: str) -> Template:
    return _environment().get_template(name)


def render(template: str, texts: Mapping[str, str], values: Mapping[str, Any]) -> EmailContent:
    """The email of a template. `texts` are its words in one language (with `subject` and `preheader`), `values` what it shows.

    What comes from customers and shops is only ever a value: it is escaped, and never a template or a format itself.
    """

    def say(key: str, **named: Any) -> str:
        return texts[key].format(**named)

    subject = one_line(say("subject", **values["headline"]))
    context = {
        **values,
        "say": say,
        "subject": subject,
        "preheader": say("preheader", **values["headline"]),
    }
    html = _template(f"{template}.html").render(context)
    return EmailContent(subject, html, _template(f"{template}.txt").render(context))
