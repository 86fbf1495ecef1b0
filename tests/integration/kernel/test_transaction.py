"""Transactions against the engine: all or nothing, guards for ever, one effect per key."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ReadTimeoutError
from pynamodb.attributes import NumberAttribute, UnicodeAttribute, VersionAttribute
from pynamodb.exceptions import UpdateError

from regulars.kernel.errors import ConflictError, KeyReusedError, NotFoundError, UnavailableError
from regulars.kernel.events import AlreadyHandledError, Envelope, Event, EventItem, Subject
from regulars.kernel.http.answer import Answer
from regulars.kernel.idempotency import AnsweredBeforeError, Once, owner_of
from regulars.kernel.table import Item
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction


class Jar(Item):
    kind = UnicodeAttribute(default="jar")
    sweets = NumberAttribute(default=0)
    version = VersionAttribute()


class JarFilled(Event, name="jar.filled"):
    sweets: int


def jar(tenant: Tenant, name: str = "a") -> Jar:
    return Jar(tenant.partition("JAR", name), "JAR", sweets=3)


def subject(tenant: Tenant) -> Subject:
    return Subject("a", tenant.partition("JAR", "a"))


def test_state_and_event_are_written_together(tenant: Tenant, now: datetime) -> None:
    transaction = Transaction(tenant)
    transaction.create(jar(tenant))
    transaction.emit(JarFilled(sweets=3), subject(tenant), at=now)
    transaction.commit()
    [event] = EventItem.each(tenant.partition("JAR", "a"), EventItem.sk.startswith("E#"))
    assert (event.name, event.data, event.time) == ("jar.filled", {"sweets": 3}, now)


def test_nothing_is_written_when_one_condition_fails(tenant: Tenant, now: datetime) -> None:
    first = Transaction(tenant)
    first.claim("email", "a@x.com", "one", ConflictError("taken"))
    first.commit()
    second = Transaction(tenant)
    second.create(jar(tenant))
    second.claim("email", "a@x.com", "two", ConflictError("taken"))
    with pytest.raises(ConflictError, match="taken"):
        second.commit()
    assert Jar.read(tenant.partition("JAR", "a"), "JAR") is None
    assert owner_of(tenant, "email", "a@x.com") == "one"


def test_concurrent_claims_leave_exactly_one_owner(tenant: Tenant) -> None:
    def claim(number: int) -> bool:
        transaction = Transaction(tenant)
        transaction.claim("email", "same@x.com", str(number), ConflictError("taken"))
        try:
            transaction.commit()
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(32) as pool:
        won = [number for number, done in enumerate(pool.map(claim, range(32))) if done]
    assert len(won) == 1
    assert owner_of(tenant, "email", "same@x.com") == str(won[0])


def test_a_stale_version_is_refused(tenant: Tenant) -> None:
    transaction = Transaction(tenant)
    transaction.create(jar(tenant))
    transaction.commit()
    key = (tenant.partition("JAR", "a"), "JAR")
    mine, theirs = Jar.read(*key), Jar.read(*key)
    assert mine is not None
    assert theirs is not None
    for item, sweets in ((theirs, 5), (mine, 9)):
        change = Transaction(tenant)
        item.sweets = sweets
        change.save(item, otherwise=ConflictError("stale"))
        if item is theirs:
            change.commit()
        else:
            with pytest.raises(ConflictError, match="stale"):
                change.commit()
    after = Jar.read(*key, consistent=True)
    assert after is not None
    assert after.sweets == 5


def test_updating_what_is_not_there_is_not_found(tenant: Tenant) -> None:
    transaction = Transaction(tenant)
    transaction.update(jar(tenant), [Jar.sweets.add(1)], Jar.pk.exists(), versioned=False)
    with pytest.raises(NotFoundError):
        transaction.commit()


def test_a_consumer_handles_an_event_once_for_ever(tenant: Tenant, now: datetime) -> None:
    first = Transaction(tenant)
    item = first.emit(JarFilled(sweets=3), subject(tenant), at=now)
    first.commit()
    envelope = Envelope.of(item)
    for consumer in ("facts", "stats"):
        transaction = Transaction(tenant)
        transaction.mark(envelope, consumer)
        transaction.commit()
    again = Transaction(tenant)
    again.mark(envelope, "facts")
    again.create(jar(tenant))
    with pytest.raises(AlreadyHandledError):
        again.commit()
    assert Jar.read(tenant.partition("JAR", "a"), "JAR") is None


def once(key: str, request: str) -> Once:
    return Once("staff:x", key, request, lambda result: Answer(201, f'{{"number":{result}}}'))


def test_concurrent_requests_with_one_key_have_one_effect_and_one_answer(tenant: Tenant) -> None:
    def place(number: int) -> str:
        transaction = Transaction(tenant)
        transaction.create(jar(tenant, str(number)))
        transaction.remember(once("k1", "same"), number)
        try:
            transaction.commit()
        except AnsweredBeforeError as before:
            return before.answer.body
        return f'{{"number":{number}}}'

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(place, range(50)))
    assert len(set(answers)) == 1
    made = [number for number in range(50) if Jar.read(tenant.partition("JAR", str(number)), "JAR")]
    assert [f'{{"number":{number}}}' for number in made] == list(set(answers))


def test_a_key_with_another_request_is_refused(tenant: Tenant) -> None:
    first = Transaction(tenant)
    first.remember(once("k2", "one"), 1)
    first.commit()
    second = Transaction(tenant)
    second.remember(once("k2", "two"), 2)
    with pytest.raises(KeyReusedError):
        second.commit()


def test_no_answer_at_all_is_told_as_such(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(*given: Any) -> Any:
        raise ReadTimeoutError(endpoint_url="http://table.test")

    transaction = Transaction(tenant)
    transaction.create(jar(tenant))
    monkeypatch.setattr(BaseClient, "_make_api_call", silent)
    with pytest.raises(UnavailableError):
        transaction.commit()
    with pytest.raises(UpdateError):
        jar(tenant).update_if([Jar.sweets.set(4)])
