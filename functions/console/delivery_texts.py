"""A delivery in words: what the decision looked at, what became of it and when, and its line in a list."""

from collections.abc import Mapping
from dataclasses import dataclass

from console.people import PATH as CUSTOMERS
from console.people import cell_of
from console.pieces import Moment
from console.tables import Badges, Column, Link, Text, Unfold, When
from console.template_texts import category_name, channel_name, state_badge, words
from regulars.customers import Facts
from regulars.messaging import Delivery, MessagingSettings, State
from regulars.messaging.checks import CHECKS

PATH = "/console/deliveries"


@dataclass(frozen=True)
class Seen:
    """One thing the decision looked at, in words."""

    text: str
    passed: bool
    seen: str


def subject_of(one: Delivery) -> str:
    """What to call a message."""
    return one.subject or words(one.template)


def checks_of(one: Delivery) -> list[Seen]:
    """In the order in which they were made; the last one that did not pass is what decided."""
    return [Seen(CHECKS.get(check.name, words(check.name)), check.passed, check.seen) for check in one.checks]


# What happened, in the order in which it can: attribute, icon, words, tone.
_MOMENTS = (
    ("created_at", "message-square", "Asked for", ""),
    ("attempted_at", "send", "Handed to the provider", ""),
    ("sent_at", "check", "Taken by the provider", "good"),
    ("soft_at", "rotate-ccw", "Bounced for now", "bad"),
    ("delivered_at", "mail", "Delivered", "good"),
    ("machine_at", "zap", "Opened or followed by a machine", ""),
    ("opened_at", "mail-open", "Opened", "good"),
    ("clicked_at", "mouse-pointer-click", "Clicked", "good"),
    ("converted_at", "shopping-bag", "Brought an order", "good"),
    ("bounced_at", "circle-alert", "Bounced", "bad"),
    ("complained_at", "flag", "Marked as unwanted", "bad"),
    ("unsubscribed_at", "log-out", "Unsubscribed", "bad"),
)


def moments_of(one: Delivery) -> list[Moment]:
    """What became of it, latest first."""
    found = [
        Moment(at, icon, title, tone=tone)
        for name, icon, title, tone in _MOMENTS
        if (at := getattr(one, name)) is not None
    ]
    if one.state in (State.NOT_SENT, State.FAILED, State.UNKNOWN) and (
        at := one.finished_at or one.attempted_at
    ):
        badge = state_badge(one.state)
        found.append(
            Moment(
                at,
                "ban" if one.state is State.NOT_SENT else "circle-alert",
                badge.text,
                one.explanation,
                tone=badge.tone,
            )
        )
    if one.state in (State.QUEUED, State.DEFERRED) and one.due_at:
        found.append(Moment(one.due_at, "clock", "To be sent", one.explanation, tone="info"))
    # What happens at once is told in the order in which it can happen.
    return [one for _, one in sorted(enumerate(found), key=lambda pair: (pair[1].at, pair[0]), reverse=True)]


def columns(known: Mapping[str, Facts], settings: MessagingSettings) -> tuple[Column[Delivery], ...]:
    """The columns of the log."""
    people = dict(known)
    return (
        Column[Delivery]("id", "Id", lambda one: Text(one.id), unseen=True),
        Column[Delivery]("message", "Message", lambda one: Link(subject_of(one), href_of(one))),
        Column[Delivery]("customer", "Customer", lambda one: cell_of(one.customer_id, people)),
        Column[Delivery]("state", "State", lambda one: Badges((state_badge(one.state),))),
        Column[Delivery](
            "why", "Why", lambda one: Unfold(one.explanation or "What was looked at", f"{PATH}/{one.id}/why")
        ),
        Column[Delivery]("channel", "Channel", lambda one: Text(channel_name(one.channel)), minor=True),
        Column[Delivery](
            "category",
            "Category",
            lambda one: Text(category_name(settings, one.category) if one.category else ""),
            minor=True,
        ),
        Column[Delivery]("template", "Template", lambda one: Text(one.template), unseen=True),
        Column[Delivery]("to", "To", lambda one: Text(one.to), unseen=True),
        Column[Delivery]("at", "When", lambda one: When(one.finished_at or one.created_at), end=True),
    )


def href_of(one: Delivery) -> str:
    return f"{CUSTOMERS}/{one.customer_id}/messages/{one.id}"
