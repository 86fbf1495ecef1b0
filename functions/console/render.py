"""Templates to text. One environment for the process; templates are compiled once and kept."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.runtime import Context
from jinja2.utils import pass_context

from console.formats import FILTERS, Clock

_HERE = Path(__file__).resolve().parent


@cache
def _names() -> dict[str, str]:
    """Logical to hashed names of assets; empty in a checkout where they have not been built."""
    manifest = _HERE / "assets.json"
    found: dict[str, str] = json.loads(manifest.read_text()) if manifest.is_file() else {}
    return found


def asset(name: str) -> str:
    """The address of an asset, by its content where it has been built."""
    return f"/assets/{_names().get(name, name)}"


def _of_clock(name: str) -> Any:
    @pass_context
    def write(context: Context, moment: Any) -> str:
        clock: Clock = context["clock"]
        return str(getattr(clock, name)(moment)) if moment else "—"

    return write


@cache
def environment() -> Environment:
    """The Jinja environment: everything is escaped, an undefined name is an error."""
    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters.update(FILTERS)
    made.filters.update(
        {name: _of_clock(name) for name in ("exact", "clock", "date", "ago", "day", "weekday")}
    )
    made.globals["asset"] = asset
    return made


def page(template: str, values: Mapping[str, Any]) -> str:
    """The whole template."""
    return environment().get_template(template).render(values)
