"""The library as those see it who write templates: to look at, and to take over and change."""

from datetime import datetime

from regulars.kernel.errors import ConflictError, NotFoundError
from regulars.kernel.tenancy import Tenant
from regulars.messaging.library import Entry, library_compiled, library_entries
from regulars.messaging.templates.model import LibraryEntry, Template, Variable
from regulars.messaging.templates.service import create_template, get_template
from regulars.messaging.templates.source import NewTemplate, TemplateSource
from regulars.messaging.templates.version_store import read_key


def template_library() -> list[LibraryEntry]:
    """Everything in the library, in the order in which it is shown."""
    return [_entry(entry) for entry in library_entries().values()]


def _entry(entry: Entry) -> LibraryEntry:
    found = library_compiled(entry.key)
    channels = tuple(sorted(found.channels, key=lambda one: one.value))
    languages = sorted({language for channel in channels for language in found.languages(channel)})
    return LibraryEntry(
        entry.key,
        entry.name,
        entry.description,
        entry.category,
        channels,
        tuple(languages),
        entry.transactional,
        entry.sample,
    )


def library_source(key: str) -> TemplateSource:
    """A template of the library as somebody would have written it. Raises NotFoundError."""
    entry, found = library_entries().get(key), library_compiled(key)
    contents = {channel.value: dict(languages) for channel, languages in found.sources.items()}
    return TemplateSource.model_validate(
        {"contents": contents, "sample": dict(entry.sample) if entry else {}}
    )


def adopt_template(tenant: Tenant, key: str, *, now: datetime, by: str = "") -> Template:
    """A template of one's own with the library's key and content; once it is published it is sent in the library's place. Who
    has taken it over already gets what they have. Raises NotFoundError."""
    entry = library_entries().get(key)
    if entry is None:
        raise NotFoundError("there is no such template in the library")
    given = NewTemplate(
        name=entry.name,
        key=key,
        description=entry.description,
        category=entry.category,
        draft=library_source(key),
    )
    try:
        return create_template(tenant, given, now=now, by=by)
    except ConflictError:
        place = read_key(tenant, key)
        if place is None:
            raise
        return get_template(tenant, place.template_id)


def template_variables(tenant: Tenant, sample: dict[str, object] | None = None) -> list[Variable]:
    """Everything that templates can show; of `data` what the sample has, of customers' attributes those that are defined."""
    from regulars.customers import attribute_schema
    from regulars.messaging.templates.catalogue import variables

    own = [
        Variable(f"customer.attributes.{one.key}", "An attribute of this shop's customers", "", "text")
        for one in attribute_schema(tenant).attributes
    ]
    return [*variables(sample), *own]
