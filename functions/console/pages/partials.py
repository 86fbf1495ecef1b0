"""Partials: the list, the editor of one in one language at a time, who uses it, and what is published again for it."""

from collections.abc import Mapping
from typing import Any

from console.forms import Form
from console.lists import Listing, partial
from console.pages.template import valid
from console.routing import Pages
from console.shell import Crumb, show
from console.tables import Column, Text, Titled, When
from console.template_texts import LANGUAGES, PARTIALS, PATH, include_of, language_name
from console.web import Reply, Request, flash_cookie, json_reply, redirect
from regulars import messaging
from regulars.kernel.errors import ConflictError, Fault, InvalidError, RegularsError
from regulars.kernel.permissions import Permission
from regulars.messaging import Finding, NewPartial, Partial, PartialChange, PartialText

PAGES = Pages()
_ONE = f"{PARTIALS}/{{key}}"
_NEW = f"{PATH}/new-partial"
_KINDS = (
    ("html", "HTML", "Put into mails that are written in HTML."),
    ("mjml", "MJML", "Put into mails that are written in MJML or made with the builder."),
    ("text", "Plain text", "Put everywhere else: subjects, text messages, push, plain text of mails."),
)
_KIND_NAMES = {kind: name for kind, name, _ in _KINDS}
_ROWS = 25


@PAGES.get(PARTIALS, permission=Permission.MESSAGES_READ)
def partials(request: Request) -> Reply:
    page = messaging.list_partials(request.tenant, limit=_ROWS, cursor=request.query.get("cursor"))
    table = _listing().table(page)
    return partial(request, "pages/partials_area.html", table=table) or show(
        request,
        "pages/partials.html",
        title="Partials",
        crumbs=(Crumb("Templates", PATH), Crumb("Partials")),
        table=table,
    )


def _listing() -> Listing[Partial]:
    columns = (
        Column[Partial]("name", "Partial", lambda one: Titled(one.name, _path(one.key), one.key)),
        Column[Partial]("about", "What it is", lambda one: Text(one.description), minor=True),
        Column[Partial](
            "kinds", "Written in", lambda one: Text(", ".join(_KIND_NAMES[kind] for kind in one.kinds))
        ),
        Column[Partial](
            "languages",
            "Languages",
            lambda one: Text(", ".join(map(language_name, one.languages))),
            minor=True,
        ),
        Column[Partial]("updated", "Changed", lambda one: When(one.updated_at), end=True, minor=True),
    )
    return Listing(
        "partials",
        "Partials",
        PARTIALS,
        columns,
        lambda one: one.key,
        lambda one: one.name,
        lambda one: _path(one.key),
        "partials",
        csv=False,
    )


def _path(key: str) -> str:
    return f"{PARTIALS}/{key}"


@PAGES.get(_NEW, permission=Permission.MESSAGES_WRITE)
def blank(request: Request) -> Reply:
    return _editor(request, None, _typed(request.query))


@PAGES.post(_NEW, permission=Permission.MESSAGES_WRITE)
def create(request: Request) -> Reply:
    form, language = _typed(request.form), _language(request)
    try:
        new = _new(form, _with_texts({}, language, form))
        made = messaging.create_partial(request.tenant, new, now=request.call.now, by=_by(request))
    except RegularsError as error:
        return _editor(request, None, form, error)
    return redirect(f"{_path(made.key)}?language={language}", cookies=(flash_cookie("Partial created"),))


@PAGES.get(_ONE, permission=Permission.MESSAGES_READ)
def one(request: Request) -> Reply:
    found = messaging.get_partial(request.tenant, request.params["key"])
    texts = found.contents.get(_language(request, found))
    values = {"key": found.key, "name": found.name, "description": found.description}
    return _editor(request, found, _typed(values | (texts.model_dump() if texts else {})))


@PAGES.post(_ONE, permission=Permission.MESSAGES_WRITE)
def save(request: Request) -> Reply:
    found = messaging.get_partial(request.tenant, request.params["key"])
    form, language = _typed({**request.form, "key": found.key}), _language(request)
    version = request.form.get("version", "")
    try:
        new = _new(form, _with_texts(found.contents, language, form))
        saved = messaging.change_partial(
            request.tenant,
            found.key,
            PartialChange(name=new.name, description=new.description, contents=new.contents),
            now=request.call.now,
            version=int(version) if version.isdecimal() else None,
        )
    except RegularsError as error:
        return _editor(request, found, form, error)
    older = sum(1 for use in saved.used_by if use.older)
    told = f"Saved. {older} published with an older text of it" if older else "Saved"
    return redirect(f"{_path(found.key)}?language={language}", cookies=(flash_cookie(told),))


def _new(form: Form, contents: dict[str, Any]) -> NewPartial:
    given = {name: form.value(name).strip() for name in ("key", "name", "description")}
    return valid(NewPartial, {**given, "contents": contents})


def _typed(values: Mapping[str, str]) -> Form:
    names = ("key", "name", "description", *_KIND_NAMES)
    return Form({name: values.get(name, "").replace("\r\n", "\n") for name in names})


def _language(request: Request, found: Partial | None = None) -> str:
    """The language that is open: the one that is asked for, or the first there is."""
    given = request.form.get("language", "") or request.query.get("language", "")
    first = next(iter(found.languages), "en") if found else "en"
    return given[:20] or ("en" if found and "en" in found.languages else first)


def _with_texts(contents: Mapping[str, PartialText], language: str, form: Form) -> dict[str, Any]:
    """The texts by language with those that were typed; a language of which nothing is left goes."""
    kept = {tag: texts.model_dump(exclude_defaults=True) for tag, texts in contents.items()}
    kept[language] = {kind: form.value(kind) for kind in _KIND_NAMES if form.value(kind)}
    return {tag: texts for tag, texts in kept.items() if texts}


def _by(request: Request) -> str:
    return f"staff:{request.caller.id}"


def _editor(request: Request, found: Partial | None, form: Form, error: RegularsError | None = None) -> Reply:
    language = _language(request, found)
    there = found.languages if found else ()
    title = found.name if found else "New partial"
    return show(
        request,
        "pages/partial.html",
        title=title,
        crumbs=(Crumb("Templates", PATH), Crumb("Partials", PARTIALS), Crumb(title)),
        status=error.status if error else 200,
        found=found,
        include=include_of(found.key) if found else "",
        path=_path(found.key) if found else _NEW,
        form=form.refused(_at_fields(error, language)) if error else form,
        language=language,
        languages=[(tag, language_name(tag), tag == language) for tag in dict.fromkeys([*there, language])],
        more_languages=[(tag, name) for tag, name in LANGUAGES.items() if tag not in {*there, language}],
        kinds=_KINDS,
        partials_path=PARTIALS,
        templates_path=PATH,
    )


def _at_fields(error: RegularsError, language: str) -> RegularsError:
    """The refusal with its faults at the fields of the language that is open; of others it says which."""
    faults = [Fault(f"/{_place(one.pointer, language)}", one.detail) for one in error.faults]
    return InvalidError(error.detail, faults) if faults else error


def _place(pointer: str, language: str) -> str:
    parts = pointer.strip("/").split("/")
    if parts[0] != "contents":
        return parts[0]
    if parts[1:2] == [language]:
        return parts[2] if len(parts) > 2 else "language"
    return " · ".join([*map(language_name, parts[1:2]), *(_KIND_NAMES.get(one, one) for one in parts[2:3])])


@PAGES.post(f"{_NEW}/check", permission=Permission.MESSAGES_WRITE)
@PAGES.post(f"{_ONE}/check", permission=Permission.MESSAGES_WRITE)
def check(request: Request) -> Reply:
    """`{findings}`: what is wrong with what is typed, each with the field that it concerns. Nothing is saved."""
    form, language = _typed(request.form), _language(request)
    key = request.params.get("key") or form.value("key")
    # Only the texts are looked at: whoever has not come to the name yet is not told that it is missing.
    named = Form({**form.values, "key": "typed", "name": "typed"})
    try:
        contents = _new(named, _with_texts({}, language, form)).contents
        found = messaging.check_partial(request.tenant, contents, key) if contents else []
    except InvalidError as error:
        found = [Finding(one.pointer, "fault", one.detail) for one in error.faults]
    told = [
        {"field": _place(one.pointer, language), "level": one.level, "text": _sentence(one.told)}
        for one in found
    ]
    return json_reply({"findings": told})


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


@PAGES.post(f"{_ONE}/delete", permission=Permission.MESSAGES_WRITE)
def delete(request: Request) -> Reply:
    """Refused with the names of the drafts and partials that include it."""
    key = request.params["key"]
    try:
        messaging.delete_partial(request.tenant, key)
    except ConflictError as error:
        return redirect(_path(key), cookies=(flash_cookie(f"Not deleted: {error.detail}", bad=True),))
    return redirect(PARTIALS, cookies=(flash_cookie(f"“{key}” deleted"),))


@PAGES.post(f"{_ONE}/publish", permission=Permission.MESSAGES_WRITE)
def publish(request: Request) -> Reply:
    """A template whose draft is what is sent, published again with the partial as it is now."""
    here = _path(request.params["key"])
    template = messaging.get_template(request.tenant, request.form.get("template", ""))
    try:
        if template.changed:
            raise ConflictError("it has changes that were not published; look at them in its editor")
        made = messaging.publish_template(
            request.tenant,
            template.id,
            now=request.call.now,
            version=template.version,
            note=f"With the newer “{request.params['key']}”",
            by=_by(request),
        )
    except RegularsError as error:
        told = error.faults[0].detail if error.faults else error.detail
        words = f"“{template.name}” was not published: {told}"
        return redirect(here, cookies=(flash_cookie(words, bad=True),))
    words = f"Version {made.published} of “{made.name}” is sent from now on"
    return redirect(here, cookies=(flash_cookie(words),))
