"""All templates of the library by their keys, compiled once a process."""

from collections.abc import Mapping
from functools import cache

from regulars.kernel.errors import NotFoundError
from regulars.messaging.library.entries import ENTRIES
from regulars.messaging.library.letters import LANGUAGES, Entry
from regulars.messaging.library.order_confirmation import KEY, order_confirmation
from regulars.messaging.model import Channel
from regulars.messaging.templates.rendering import Compiled

# A tenant's versions count from 1. What was sent of the library says so for ever, also after the tenant has overridden it.
LIBRARY_VERSION = -1


def library_entries() -> Mapping[str, Entry]:
    """Every entry by its key, in the order in which they are shown."""
    return {entry.key: entry for entry in ENTRIES}


@cache
def library_compiled(key: str) -> Compiled:
    """A template of the library. Raises NotFoundError."""
    entry = library_entries().get(key)
    if entry is None:
        raise NotFoundError(f"there is no template {key[:80]!r}")
    if key == KEY:
        mails = {Channel.EMAIL: {language: order_confirmation(language) for language in LANGUAGES}}
        return Compiled(key, key, LIBRARY_VERSION, entry.category, entry.name, mails)
    return Compiled(key, key, LIBRARY_VERSION, entry.category, entry.name, entry.sources())
