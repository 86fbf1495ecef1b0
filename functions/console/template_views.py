"""A template as a picture, and the places that findings about it point at."""

from console.content_views import blank_page, plain_text
from console.template_source import plain
from console.template_texts import channel_name, language_name
from console.web import Request
from regulars import messaging
from regulars.messaging import Channel, TemplateSource
from regulars.messaging.content import EmailContent


def picture_of(
    request: Request, source: TemplateSource, category: str, language: str = "", channel: str = ""
) -> str:
    """The source rendered with its sample data as a page: its mail, or what stands for it on another channel."""
    contents = plain(source)["contents"]
    wanted = channel or ("email" if "email" in contents else next(iter(contents), ""))
    languages = contents.get(wanted, {})
    if not languages:
        return blank_page("Nothing written yet")
    tag = language if language in languages else "en" if "en" in languages else next(iter(languages))
    made = messaging.preview_template(
        request.tenant,
        source,
        channel=Channel(wanted),
        language=tag,
        now=request.call.now,
        category=category,
    ).content
    if isinstance(made, EmailContent):
        return made.html
    return blank_page(plain_text(made))


def place_of(pointer: str, channel: str, language: str) -> str:
    """Which field a finding's pointer is about: the field's name on the piece that is open, "sample", or "" for elsewhere."""
    parts = pointer.removeprefix("/draft").strip("/").split("/")
    if parts[0] == "sample":
        return "sample"
    if parts[:3] == ["contents", channel, language]:
        return parts[3] if len(parts) > 3 else "piece"
    return ""


def elsewhere(pointer: str) -> str:
    """Words for the place of a finding that is not on the piece that is open."""
    parts = pointer.removeprefix("/draft").strip("/").split("/")
    if parts[0] != "contents" or len(parts) < 2:
        return parts[0].capitalize()
    return " · ".join(
        [channel_name(parts[1]), *map(language_name, parts[2:3]), *(one.capitalize() for one in parts[3:4])]
    )
