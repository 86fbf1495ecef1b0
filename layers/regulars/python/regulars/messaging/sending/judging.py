"""Decides for customers as they were read: which channels, now, later or not."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from regulars.messaging.deciding import Asked, Circumstances, Decision, Outcome, decide
from regulars.messaging.model import Channel, Check, Choice, Message, Reason
from regulars.messaging.pacing import Rate, domain_name, turns_of
from regulars.messaging.sending.people import Person, Shop
from regulars.messaging.templates import Compiled

_HOUR = 3600


@dataclass(slots=True)
class Judge:
    """Decides about one message. It remembers the turns that mail domains gave, and who has had the message at an address:
    asked again about the same customer, it answers by the same turn."""

    shop: Shop
    message: Message
    compiled: Compiled | None
    now: datetime
    collected: bool = False
    counted: bool = False
    against: Reason | None = None
    # Whose turn was given to them before, by an earlier decision.
    had_turns: frozenset[str] = frozenset()
    _turns: dict[str, datetime] = field(default_factory=dict)
    _had: dict[tuple[Channel, str], str] = field(default_factory=dict)

    def decide(self, people: Iterable[Person]) -> dict[str, list[Decision]]:
        """The decisions for each customer by id: one, or one a channel when the message goes by all of them."""
        asked = self._asked()
        found = {person.customer_id: self._one(asked, person) for person in people}
        if waiting := self._take_turns(found, people):
            found |= {one.customer_id: self._one(asked, one) for one in waiting}
        return found

    def _asked(self) -> Asked:
        senders = {channel: self.shop.sender(channel) for channel in self.message.channels}
        return Asked(
            category=self.shop.category(self.message.category),
            offered=self.compiled.channels if self.compiled else frozenset(),
            without_sender=frozenset(channel for channel, sender in senders.items() if sender is None),
            expires_at=self.message.expires_at,
            collected=self.collected,
            counted=self.counted,
        )

    def _one(self, asked: Asked, person: Person) -> list[Decision]:
        decisions = []
        channels, why = self._channels(person)
        for channel in channels:
            decision = self._on(asked, person, channel)
            decision = replace(decision, checks=(*why, *decision.checks))
            decisions.append(decision)
            if decision.outcome is Outcome.SEND and self.message.choice is not Choice.ALL:
                break
        return decisions if self.message.choice is Choice.ALL else [_best(decisions)]

    def _channels(self, person: Person) -> tuple[tuple[Channel, ...], tuple[Check, ...]]:
        """The message's channels in the order in which they are tried, and why in this one."""
        if self.message.choice is not Choice.OPTIMAL:
            return self.message.channels, ()
        # Read by who asks for it alone.
        from regulars.messaging.best_times import suited

        seed = f"{self.message.key}#{person.customer_id}"
        choice = suited(self.shop.tenant, person.contact, self.message.channels, seed, self.now)
        return choice.channels, (Check("suited", True, choice.explanation),)

    def _on(self, asked: Asked, person: Person, channel: Channel) -> Decision:
        if self.against is not None:
            return Decision(Outcome.REFUSE, channel, self.against, checks=(Check("asked", False),))
        address = person.addresses.get(channel, "")
        listed = person.suppressions.get(channel)
        facts = person.facts
        around = Circumstances(
            address=address,
            suppressed=listed.reason.value if listed else "",
            blocked=listed is not None and listed.everything,
            ordered=facts is not None and facts.orders > 0,
            marketing_paused=self.shop.paused,
            turn=self._turns.get(person.customer_id),
            duplicate=self._had.get((channel, address), person.customer_id) != person.customer_id,
        )
        zone = self.shop.profile.time_zone
        found = decide(
            asked, channel, person.recipient, person.contact, self.shop.settings, around, zone, self.now
        )
        if found.outcome is Outcome.SEND and channel in (Channel.EMAIL, Channel.SMS):
            self._had.setdefault((channel, address), person.customer_id)
        return found

    def _take_turns(self, found: Mapping[str, list[Decision]], people: Iterable[Person]) -> list[Person]:
        """Have the mail domains that take only so many an hour say when each mail may go; answers whose decision that may
        change."""
        rates = self.shop.settings.domain_rates
        if not rates or self.shop.category(self.message.category).transactional:
            return []
        waiting = [
            (_domain(person), person)
            for person in people
            if person.customer_id not in self._turns
            and person.customer_id not in self.had_turns
            and any(_is_mail(one) for one in found[person.customer_id])
            and _domain(person) in rates
        ]
        for domain, count in Counter(domain for domain, _ in waiting).items():
            name, rate = domain_name(domain), Rate(rates[domain], _HOUR)
            given = turns_of(self.shop.tenant, name, rate, count, self.now)
            those = [person.customer_id for one, person in waiting if one == domain]
            self._turns |= dict(zip(those, given, strict=True))
        return [person for _, person in waiting]


def _is_mail(decision: Decision) -> bool:
    return decision.outcome is Outcome.SEND and decision.channel is Channel.EMAIL


def _domain(person: Person) -> str:
    return person.addresses.get(Channel.EMAIL, "").rpartition("@")[2].lower()


def _best(decisions: list[Decision]) -> Decision:
    """The channel that takes it now, else the first that takes it later, else the refusal of the first."""
    for outcome in (Outcome.SEND, Outcome.DEFER):
        for decision in decisions:
            if decision.outcome is outcome:
                return decision
    return decisions[0]
