"""From a decision to the delivery that records it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from regulars.messaging.deciding import Decision, Outcome
from regulars.messaging.model import (
    Channel,
    Delivery,
    Message,
    Reason,
    State,
    choose_language,
    explain,
)
from regulars.messaging.sending.conditions import seen_by
from regulars.messaging.sending.ids import ids_of
from regulars.messaging.sending.people import Person, Shop
from regulars.messaging.templates import Compiled
from regulars.messaging.templates.context import context_of, inputs_of


@dataclass(frozen=True, slots=True)
class Meaning:
    """How decisions about one message become deliveries. `waits` has what may be sent wait for a worker; `hold_out` records
    whoever would get it as held out; `later` is a moment before which nothing is sent."""

    shop: Shop
    message: Message
    compiled: Compiled | None
    now: datetime
    waits: bool = False
    hold_out: bool = False
    later: datetime | None = None

    def deliveries(self, person: Person, decisions: list[Decision]) -> list[Delivery]:
        """What is to be written about a customer for whom there is no delivery of the message yet."""
        ids = ids_of(self.shop.tenant, self.message, person.customer_id)
        return [self._fresh(person, ids[one.channel], one) for one in decisions]

    def again(self, before: Delivery, person: Person, decision: Decision) -> Delivery:
        """A delivery that waited, decided about once more. It says what it would have said when it was put off."""
        to = person.addresses.get(decision.channel, "") or before.to
        changes = self._decided(decision, before.attempts)
        if changes["state"] is not State.NOT_SENT and not before.language:
            changes |= self._inputs(person, decision.channel)
        return replace(before, to=to, **changes)

    def _fresh(self, person: Person, identifier: str, decision: Decision) -> Delivery:
        message = self.message
        changes = self._decided(decision, 0)
        if changes["state"] is not State.NOT_SENT:
            changes |= self._inputs(person, decision.channel)
        return Delivery(
            identifier,
            person.customer_id,
            decision.channel,
            message.template,
            message.about,
            created_at=self.now,
            version=self.compiled.version if self.compiled else message.version,
            category=message.category,
            campaign_id=message.campaign_id,
            variant=message.variant,
            dispatch_id=message.dispatch_id,
            to=person.addresses.get(decision.channel, ""),
            expires_at=message.expires_at,
            **changes,
        )

    def _decided(self, decision: Decision, attempts: int) -> dict[str, Any]:
        """What a decision makes of a delivery."""
        if decision.outcome is Outcome.REFUSE:
            return self._refused(decision, decision.reason, decision.explanation)
        if self.hold_out:
            return self._refused(decision, Reason.HOLD_OUT, explain(Reason.HOLD_OUT))
        if decision.outcome is Outcome.DEFER:
            return _deferred(decision, decision.reason, decision.due_at)
        if self.later is not None:
            return _deferred(decision, Reason.SCHEDULED, self.later)
        sent: dict[str, Any] = {"reason": None, "explanation": "", "due_at": None, "checks": decision.checks}
        if self.waits:
            return sent | {"state": State.QUEUED}
        return sent | {"state": State.SENDING, "attempts": attempts + 1, "attempted_at": self.now}

    def _refused(self, decision: Decision, reason: Reason | None, explanation: str) -> dict[str, Any]:
        return {
            "state": State.NOT_SENT,
            "reason": reason,
            "explanation": explanation,
            "due_at": None,
            "finished_at": self.now,
            "checks": decision.checks,
        }

    def _inputs(self, person: Person, channel: Channel) -> dict[str, Any]:
        """What the template reads, taken down once."""
        if self.compiled is None or person.facts is None:
            return {}
        language = self._language(channel, person)
        content = self.compiled.content(channel, language)
        shop = self.shop
        context = context_of(person.facts, shop.profile, shop.settings, self.message.values, language)
        if content.needs_segments or content.needs_shown:
            context["message"] |= seen_by(shop.tenant, person.facts, content, self.now)
        return {"language": language, "inputs": inputs_of(context, content.reads)}

    def _language(self, channel: Channel, person: Person) -> str:
        recipient = person.recipient
        wanted = recipient.language if recipient else ""
        available = frozenset(self.compiled.languages(channel)) if self.compiled else frozenset()
        return choose_language(wanted, self.shop.profile.default_language, available)


def _deferred(decision: Decision, reason: Reason | None, due: datetime | None) -> dict[str, Any]:
    return {
        "state": State.DEFERRED,
        "reason": reason,
        "explanation": explain(reason),
        "due_at": due,
        "checks": decision.checks,
    }
