"""What becomes of a message that a simulated provider took, by its address: as SES's mailbox simulator and End User Messaging's
simulator numbers do it, and all others are delivered."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from local.simulator import events
from local.simulator.mail import SIMULATOR

if TYPE_CHECKING:
    from local.simulator.service import Providers

Message = dict[str, Any]
Make = Callable[[Message, datetime], events.Event]
SOON, LATER, LAST = 0.1, 0.4, 0.8
# End User Messaging's number that nobody can be reached at.
UNREACHABLE = "+14254147167"
# Tokens of devices that begin so do not work; Pinpoint itself has none such.
_TOKENS = {
    "gone-": ("PERMANENT_FAILURE", 410, "Unregistered"),
    "throttled-": ("THROTTLED", 429, "Too many requests"),
    "failing-": ("TEMPORARY_FAILURE", 503, "Try again"),
    "lost-": ("UNKNOWN_FAILURE", 500, "Unknown"),
    "refused-": ("PERMANENT_FAILURE", 400, "BadTopic"),
}


def of_mail(providers: "Providers", message: Message) -> None:
    """SES tells of mails with a configuration set only."""
    if not message["configuration_set"]:
        return
    steps: list[tuple[Make, float, str]] = [(events.sent, SOON, "")]
    steps += _FATES.get(_fate(message["to"][0]), _DELIVERED)
    for make, after, what in steps:
        tell_mail(providers, message, make, after, what)


def of_unrendered(providers: "Providers", message: Message, words: str) -> None:
    if message["configuration_set"]:
        providers.teller.mail(lambda now: events.not_rendered(message, words), SOON)


def of_text(providers: "Providers", message: Message) -> None:
    if not message["configuration_set"]:
        return
    kinds = [("TEXT_SUCCESSFUL", SOON, False), ("TEXT_DELIVERED", LATER, True)]
    if message["to"][0] == UNREACHABLE:
        kinds = [("TEXT_UNREACHABLE", LATER, True)]
    for kind, after, final in kinds:
        tell_text(providers, message, kind, after, final=final)


def of_token(token: str) -> dict[str, Any]:
    """Pinpoint's result for one device."""
    for prefix, (status, code, words) in _TOKENS.items():
        if token.startswith(prefix):
            return {"DeliveryStatus": status, "StatusCode": code, "StatusMessage": words}
    return {"DeliveryStatus": "SUCCESSFUL", "StatusCode": 200, "StatusMessage": "MessageId"}


def tell_mail(providers: "Providers", message: Message, make: Make, after: float, what: str) -> None:
    """Have an event of a mail be told, and the mailbox show `what` of it."""
    providers.teller.mail(lambda now: make(message, now), after)
    if what:
        providers.mailbox.note(message["id"], what, message["time"])


def tell_text(providers: "Providers", message: Message, kind: str, after: float, *, final: bool) -> None:
    providers.teller.text(lambda now: events.text_told(message, kind, now, final=final), after)
    if final:
        providers.mailbox.note(message["id"], kind.removeprefix("TEXT_").lower(), message["time"])


def _fate(to: str) -> str:
    name, _, domain = to.lower().partition("@")
    return name.partition("+")[0] if domain == SIMULATOR else ""


def _hard(message: Message, now: datetime) -> events.Event:
    return events.bounced(message, now)


def _suppressed(message: Message, now: datetime) -> events.Event:
    return events.bounced(message, now, sub_kind="Suppressed")


_DELIVERED: list[tuple[Make, float, str]] = [(events.delivered, LATER, "delivered")]
_FATES: dict[str, list[tuple[Make, float, str]]] = {
    "bounce": [(_hard, LATER, "bounced")],
    "suppressionlist": [(_suppressed, LATER, "bounced")],
    "complaint": [*_DELIVERED, (events.complained, LAST, "complained")],
}
