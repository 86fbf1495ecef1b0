"""From a decision to the delivery that records it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from regulars.customers import Facts
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
    _shared: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def deliveries(self, person: Person, decisions: list[Decision]) -> list[Delivery]:
        """What is to be written about a customer for whom there is no delivery of the message yet."""
        ids = ids_of(self.shop.tenant, self.message, person.customer_id)
        return [self._as_decided(self._fresh(person, ids, one), person, one) for one in decisions]

    def again(self, before: Delivery, person: Person, decision: Decision) -> Delivery:
        """A delivery that waited, decided about once more."""
        to = person.addresses.get(decision.channel, "") or before.to
        return self._as_decided(replace(before, to=to), person, decision)

    def _fresh(self, person: Person, ids: Mapping[Channel, str], decision: Decision) -> Delivery:
        message = self.message
        return Delivery(
            ids[decision.channel],
            person.customer_id,
            decision.channel,
            message.template,
            message.about,
            State.QUEUED,
            self.now,
            version=self.compiled.version if self.compiled else message.version,
            category=message.category,
            campaign_id=message.campaign_id,
            variant=message.variant,
            dispatch_id=message.dispatch_id,
            to=person.addresses.get(decision.channel, ""),
            expires_at=message.expires_at,
        )

    def _as_decided(self, delivery: Delivery, person: Person, decision: Decision) -> Delivery:
        if decision.outcome is Outcome.REFUSE:
            return self._refused(delivery, decision.reason, decision)
        if self.hold_out:
            return self._refused(delivery, Reason.HOLD_OUT, decision)
        delivery = self._with_inputs(delivery, person)
        if decision.outcome is Outcome.DEFER:
            return _deferred(delivery, decision.reason, decision.due_at, decision)
        if self.later is not None:
            return _deferred(delivery, Reason.SCHEDULED, self.later, decision)
        if self.waits:
            return replace(delivery, state=State.QUEUED, reason=None, due_at=None, checks=decision.checks)
        return replace(
            delivery,
            state=State.SENDING,
            attempts=delivery.attempts + 1,
            attempted_at=self.now,
            reason=None,
            explanation="",
            due_at=None,
            checks=decision.checks,
        )

    def _refused(self, delivery: Delivery, reason: Reason | None, decision: Decision) -> Delivery:
        return replace(
            delivery,
            state=State.NOT_SENT,
            reason=reason,
            explanation=decision.explanation if reason is decision.reason else explain(reason),
            due_at=None,
            finished_at=self.now,
            checks=decision.checks,
        )

    def _with_inputs(self, delivery: Delivery, person: Person) -> Delivery:
        """What the template reads, taken down once: a message that waits says what it would have said."""
        if self.compiled is None or delivery.language or person.facts is None:
            return delivery
        language = self._language(delivery.channel, person)
        content = self.compiled.content(delivery.channel, language)
        context = self._context(person.facts, language)
        if content.needs_segments or content.needs_shown:
            context["message"] |= seen_by(self.shop.tenant, person.facts, content, self.now)
        return replace(delivery, language=language, inputs=inputs_of(context, content.reads))

    def _context(self, facts: Facts, language: str) -> dict[str, Any]:
        return context_of(facts, self.shop.profile, self.shop.settings, self.message.values, language)

    def _language(self, channel: Channel, person: Person) -> str:
        recipient = person.recipient
        wanted = recipient.language if recipient else ""
        available = frozenset(self.compiled.languages(channel)) if self.compiled else frozenset()
        return choose_language(wanted, self.shop.profile.default_language, available)


def _deferred(
    delivery: Delivery, reason: Reason | None, due: datetime | None, decision: Decision
) -> Delivery:
    return replace(
        delivery,
        state=State.DEFERRED,
        reason=reason,
        explanation=explain(reason),
        due_at=due,
        checks=decision.checks,
    )
