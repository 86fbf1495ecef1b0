"""Decides about customers and plans what is to be written: the first time, and again for those who moved meanwhile."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from regulars.messaging.model import Delivery
from regulars.messaging.sending.claiming import Plan
from regulars.messaging.sending.judging import Judge
from regulars.messaging.sending.meaning import Meaning
from regulars.messaging.sending.people import Person, renewed


@dataclass(slots=True)
class Planner:
    """Plans for the people of one message. `waiting` has the deliveries by customer that are to be decided about once more;
    without them, deliveries are new. Who does not exist any more is left out of what is written, and counted in `gone`."""

    judge: Judge
    meaning: Meaning
    people: dict[str, Person]
    waiting: dict[str, Delivery] = field(default_factory=dict)

    @property
    def gone(self) -> int:
        """How many customers there is nothing to be written about."""
        return sum(_is_gone(person) for person in self.people.values())

    def plans(self) -> list[Plan]:
        return self._plans(self.people.values())

    def again(self, customer_ids: list[str]) -> list[Plan]:
        """Plans for some of them, read anew."""
        fresh = renewed(self.judge.shop.tenant, {one: self.people[one] for one in customer_ids})
        self.people |= fresh
        return self._plans(fresh.values())

    def _plans(self, people: Iterable[Person]) -> list[Plan]:
        there = [person for person in people if not _is_gone(person) or person.customer_id in self.waiting]
        decisions = self.judge.decide(there)
        plans = []
        for person in there:
            before = self.waiting.get(person.customer_id)
            if before is None:
                meant = self.meaning.deliveries(person, decisions[person.customer_id])
                plans.append(Plan(person, meant, [None] * len(meant)))
            else:
                (decision,) = decisions[person.customer_id]
                plans.append(Plan(person, [self.meaning.again(before, person, decision)], [before]))
        return plans


def _is_gone(person: Person) -> bool:
    return person.facts is None or person.contact.erased
