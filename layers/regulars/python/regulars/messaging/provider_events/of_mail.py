"""Events of Amazon SES (event publishing, over EventBridge or SNS alike), and its older notifications. Pure.

https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
"""

from collections.abc import Mapping
from typing import Any

from regulars.messaging.model import Channel
from regulars.messaging.provider_events.told import (
    OfDelivery,
    UnreadableError,
    moment,
    owner_of,
    part_of,
    words,
)
from regulars.messaging.signals import Signal, SignalKind

Event = Mapping[str, Any]


def is_mail_event(event: Event) -> bool:
    return isinstance(event.get("mail"), Mapping) and bool(
        event.get("eventType") or event.get("notificationType")
    )


def read_mail_event(event: Event) -> OfDelivery | None:
    """None for kinds that move nothing (a delay, a subscription) and for mail that is not ours. Raises UnreadableError."""
    mail = part_of(event, "mail")
    kind = str(event.get("eventType") or event.get("notificationType"))
    read = _READERS.get(kind)
    tags = mail.get("tags")
    owner = owner_of(tags if isinstance(tags, Mapping) else {})
    told = read(event, mail) if read and owner else None
    if told is None or owner is None:
        return None
    signal_kind, at, detail = told
    provider_id = str(mail.get("messageId", ""))
    signal = Signal(
        owner[1], signal_kind, moment(at), Channel.EMAIL, detail, provider="ses", provider_id=provider_id
    )
    return OfDelivery(owner[0], signal)


Reading = tuple[SignalKind, Any, str]


def _sent(event: Event, mail: Event) -> Reading:
    return SignalKind.ACCEPTED, mail.get("timestamp"), ""


def _delivered(event: Event, mail: Event) -> Reading:
    return SignalKind.DELIVERED, part_of(event, "delivery").get("timestamp"), ""


def _bounced(event: Event, mail: Event) -> Reading:
    bounce = part_of(event, "bounce")
    kinds = {
        "Permanent": SignalKind.BOUNCED,
        "Transient": SignalKind.SOFT_BOUNCED,
        "Undetermined": SignalKind.SOFT_BOUNCED,
    }
    kind = kinds.get(str(bounce.get("bounceType")))
    if kind is None:
        raise UnreadableError("a bounce of no type")
    recipients = bounce.get("bouncedRecipients") or [{}]
    first = recipients[0] if isinstance(recipients[0], Mapping) else {}
    detail = words((bounce.get("bounceSubType"), first.get("status"), first.get("diagnosticCode")))
    return kind, bounce.get("timestamp"), detail


def _complained(event: Event, mail: Event) -> Reading | None:
    complaint = part_of(event, "complaint")
    if complaint.get("complaintFeedbackType") == "not-spam":
        return None
    detail = words((complaint.get("complaintFeedbackType"), complaint.get("complaintSubType")))
    return SignalKind.COMPLAINED, complaint.get("timestamp"), detail


def _rejected(event: Event, mail: Event) -> Reading:
    return SignalKind.REJECTED, mail.get("timestamp"), words((part_of(event, "reject").get("reason"),))


def _not_rendered(event: Event, mail: Event) -> Reading:
    return SignalKind.REJECTED, mail.get("timestamp"), words((part_of(event, "failure").get("errorMessage"),))


def _opened(event: Event, mail: Event) -> Reading:
    opened = part_of(event, "open")
    person = _is_person(opened.get("userAgent"))
    return SignalKind.OPENED if person else SignalKind.MACHINE_OPENED, opened.get("timestamp"), ""


def _clicked(event: Event, mail: Event) -> Reading:
    click = part_of(event, "click")
    person = _is_person(click.get("userAgent"))
    return SignalKind.CLICKED if person else SignalKind.MACHINE_CLICKED, click.get("timestamp"), ""


def _is_person(user_agent: Any) -> bool:
    from regulars.messaging.tracking.machines import asks_for_itself

    return not asks_for_itself(str(user_agent or ""))


_READERS = {
    "Send": _sent,
    "Delivery": _delivered,
    "Bounce": _bounced,
    "Complaint": _complained,
    "Reject": _rejected,
    "Rendering Failure": _not_rendered,
    "Open": _opened,
    "Click": _clicked,
}
