"""Previews of a campaign's message, thumbnails of templates, and a test to oneself."""

from typing import Any

from console.campaign_shown import (
    Face,
    Previewed,
    faces_of,
    language_of,
    rendered,
    shown_of,
    with_subject,
)
from console.campaign_templates import source_of
from console.campaign_texts import PATH
from console.content_views import MAIL_POLICY
from console.routing import Pages
from console.shell import part
from console.template_views import picture_of
from console.web import Reply, Request, done
from regulars import campaigns, messaging
from regulars.campaigns import Campaign
from regulars.kernel.errors import InvalidError, NotFoundError
from regulars.kernel.permissions import Permission
from regulars.messaging import Channel

PAGES = Pages()
_ONE = f"{PATH}/{{campaign_id}}"
_READ = Permission.CAMPAIGNS_READ


@PAGES.get(f"{PATH}/thumbnails/{{key}}", permission=_READ)
def thumbnail(request: Request) -> Reply:
    """What a template says to a made-up customer, to be shown small."""
    source, category = source_of(request, request.params["key"])
    return Reply(200, picture_of(request, source, category), {"content-security-policy": MAIL_POLICY})


@PAGES.get(f"{_ONE}/preview", permission=_READ)
def preview(request: Request) -> Reply:
    """The message on each channel, for a customer and in a language."""
    found = campaigns.get_campaign(request.tenant, request.params["campaign_id"])
    shown = shown_of(request, found, Previewed.of(_allowed(request)))
    return part(request, "pages/campaign_preview.html", shown=shown)


@PAGES.get(f"{_ONE}/preview/mail", permission=_READ)
def mail(request: Request) -> Reply:
    """The mail itself, for the frame."""
    found = campaigns.get_campaign(request.tenant, request.params["campaign_id"])
    wanted = Previewed.of(_allowed(request))
    return framed(rendered(request, face_of(found, wanted), wanted).content)


def face_of(found: Campaign, wanted: Previewed) -> Face:
    """The mail of the variant that is asked for. Raises NotFoundError for a campaign without mails."""
    faces = [one for one in faces_of(found.plan) if one.channel is Channel.EMAIL]
    face = next((one for one in faces if one.variant == wanted.variant), faces[0] if faces else None)
    if face is None:
        raise NotFoundError("this campaign sends no mail")
    return face


def framed(content: Any) -> Reply:
    """The HTML of a mail as a document of its own."""
    html = getattr(content, "html", None)
    if not html:
        raise NotFoundError
    return Reply(200, html, {"content-security-policy": MAIL_POLICY})


def _allowed(request: Request) -> dict[str, str]:
    """The query; without a customer for who may not see customers."""
    return request.query if request.may(Permission.CUSTOMERS_READ) else request.query | {"customer": ""}


@PAGES.post(f"{_ONE}/test", permission=Permission.CAMPAIGNS_WRITE)
def send_test(request: Request) -> Reply:
    """Each mail of the campaign to one address; marked, and counted nowhere."""
    to = request.form.get("to", "").strip()
    found = campaigns.get_campaign(request.tenant, request.params["campaign_id"])
    faces = [one for one in faces_of(found.plan) if one.channel is Channel.EMAIL]
    if "@" not in to:
        raise InvalidError("type an email address to send the test to")
    if not faces:
        raise InvalidError("choose email and a template first")
    for face in faces:
        _test(request, face, to)
    count = len(faces)
    return done(f"{'A test is' if count == 1 else f'{count} tests are'} on the way to {to}")


def _test(request: Request, face: Face, to: str) -> None:
    source, category = source_of(request, face.template)
    messaging.send_template_test(
        request.tenant,
        with_subject(source, face),
        channel=face.channel,
        language=language_of(source, face, ""),
        to=to,
        now=request.call.now,
        category=category,
    )
