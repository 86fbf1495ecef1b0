"""The message of a campaign as it will look: on each channel, in each variant, for a customer, in a language."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from console.campaign_templates import source_of
from console.campaign_texts import CHANNELS, PATH
from console.web import Request
from regulars import messaging
from regulars.campaigns import Campaign, Plan
from regulars.kernel.errors import NotFoundError, RegularsError
from regulars.messaging import Channel

if TYPE_CHECKING:
    from regulars.messaging import Preview, TemplateSource

_MOST = 4


@dataclass(frozen=True)
class Previewed:
    """Of whom and of what a preview is asked for."""

    customer: str = ""
    language: str = ""
    variant: str = ""
    channel: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Previewed":
        return cls(*(query.get(name, "") for name in ("customer", "language", "variant", "channel")))


@dataclass(frozen=True)
class Shown:
    """One preview: `src` is the address of a mail's own frame, `note` a size or a number of segments."""

    kind: str
    label: str
    icon: str
    subject: str = ""
    text: str = ""
    src: str = ""
    note: str = ""
    fault: str = ""
    sender: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Face:
    """A channel with the template and the subject of one variant."""

    channel: Channel
    template: str
    subject: str
    variant: str = ""


def faces_of(plan: Plan) -> list[Face]:
    """Everything different that a customer may get of a plan; the variants apart only where they differ in what is seen."""
    own = [Face(channel, plan.template, plan.subject) for channel in plan.channels]
    for one in plan.variants:
        channels = [one.channel] if one.channel else plan.channels
        own += [
            Face(channel, one.template or plan.template, one.subject or plan.subject, one.name)
            for channel in channels
        ]
    seen: dict[tuple[str, str, str], Face] = {}
    for face in own[len(plan.channels) :] if plan.variants else own:
        if face.template:
            seen.setdefault((face.channel, face.template, face.subject), face)
    return list(seen.values())


def shown_of(request: Request, campaign: Campaign, wanted: Previewed) -> list[Shown]:
    """Each face of the campaign, rendered."""
    faces = faces_of(campaign.plan)[:_MOST]
    return [_shown(request, campaign, face, wanted, several=len(faces) > 1) for face in faces]


def _shown(request: Request, campaign: Campaign, face: Face, wanted: Previewed, *, several: bool) -> Shown:
    looks = CHANNELS[face.channel]
    label = f"{looks.label}, {face.variant}" if face.variant and several else looks.label
    try:
        found = rendered(request, face, wanted)
    except RegularsError as error:
        return Shown(face.channel.value, label, looks.icon, fault=_sentence(error.detail))
    fault = next((_sentence(one.detail) for one in found.findings if one.level == "fault"), "")
    if found.content is None:
        return Shown(face.channel.value, label, looks.icon, fault=fault or "It cannot be rendered.")
    query = urlencode(
        {
            "customer": wanted.customer,
            "language": wanted.language,
            "variant": face.variant,
            "channel": face.channel.value,
        }
    )
    src = f"{PATH}/{campaign.id}/preview/mail?{query}"
    told = _told(found.content)
    return Shown(
        face.channel.value,
        label,
        looks.icon,
        told["subject"],
        told["text"],
        src if face.channel is Channel.EMAIL else "",
        _note(found),
        "",
        "",
        tuple(_sentence(one.detail) for one in found.findings if one.level == "warning")[:3],
    )


def rendered(request: Request, face: Face, wanted: Previewed) -> "Preview":
    """A face for a customer (or a made-up one). Raises NotFoundError for a template that is not there."""
    source, category = source_of(request, face.template)
    language = language_of(source, face, wanted.language)
    return messaging.preview_template(
        request.tenant,
        with_subject(source, face),
        channel=face.channel,
        language=language,
        now=request.call.now,
        category=category,
        customer_id=wanted.customer,
    )


def language_of(source: "TemplateSource", face: Face, wanted: str) -> str:
    """The language to show: the one wanted, else English, else any. Raises NotFoundError when there is no content at all."""
    languages = sorted(getattr(source.contents, face.channel.value))
    if not languages:
        raise NotFoundError(f"the template has no content for {CHANNELS[face.channel].label}")
    return wanted if wanted in languages else "en" if "en" in languages else languages[0]


def with_subject(source: "TemplateSource", face: Face) -> "TemplateSource":
    """The source with the campaign's own subject in all languages of the mail."""
    if not face.subject or face.channel is not Channel.EMAIL:
        return source
    told = source.model_dump(mode="json")
    for fields in told["contents"].get(face.channel.value, {}).values():
        fields["subject"] = face.subject
    return type(source).model_validate_json(json.dumps(told))


def _told(content: Any) -> dict[str, str]:
    """Subject and text of any channel's content."""
    subject = getattr(content, "subject", "") or getattr(content, "title", "")
    text = getattr(content, "body", "") or getattr(content, "text", "") or getattr(content, "message", "")
    return {"subject": str(subject), "text": str(text)}


def _note(found: "Preview") -> str:
    if found.sms:
        count = found.sms.segments
        return f"{count} segment{'' if count == 1 else 's'}, {found.sms.encoding}"
    return f"{found.size / 1000:.0f} KB" if found.size else ""


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
