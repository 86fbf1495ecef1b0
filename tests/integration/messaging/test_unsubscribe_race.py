"""Unsubscriptions that race a send: after the commit of one, nothing is claimed for that customer (MSG-3, MSG-4)."""

import os
import threading
from collections import defaultdict
from datetime import datetime
from random import Random
from typing import Any

import pytest
from botocore.client import BaseClient

from regulars.kernel.tenancy import Tenant
from regulars.messaging.contact import ConsentState
from regulars.messaging.contact_store import SORT_KEY, read_contacts
from regulars.messaging.model import Channel, Delivery, Reason, State
from regulars.messaging.preferences.service import withdraw
from tests.integration.messaging.storm import CALM, Storm
from tests.integration.messaging.test_storm import records, uncapped

__all__ = ["uncapped"]

SIZE = int(os.environ.get("RACERS", "150"))


class Commits:
    """What was committed to each contact, in the order of its revisions, which is that of the commits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.of: dict[str, list[tuple[int, str]]] = defaultdict(list)

    def note(self, arguments: dict[str, Any]) -> None:
        puts = [write["Put"]["Item"] for write in arguments["TransactItems"] if "Put" in write]
        claimed = {item["pk"]["S"] for item in puts if item["sk"]["S"].startswith("D#")}
        with self._lock:
            for item in puts:
                if item["sk"]["S"] == SORT_KEY:
                    pk = item["pk"]["S"]
                    what = "claim" if pk in claimed else "withdrawal"
                    self.of[pk].append((int(item["revision"]["N"]), what))


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> Commits:
    """Notes each transaction that the table took."""
    noted, original = Commits(), BaseClient._make_api_call

    def call(client: Any, operation: str, arguments: Any) -> Any:
        answer = original(client, operation, arguments)
        if operation == "TransactWriteItems":
            noted.note(arguments)
        return answer

    monkeypatch.setattr(BaseClient, "_make_api_call", call)
    return noted


def test_no_claim_follows_the_commit_of_an_unsubscription(
    uncapped: Tenant, now: datetime, commits: Commits, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a dispatch to many, of whom each unsubscribes at some moment meanwhile
    storm = Storm(uncapped, 7, now, SIZE, CALM)
    leaving = Random(7).sample(storm.customers, SIZE)
    failures: list[BaseException] = []

    def unsubscribe(some: list[str]) -> None:
        try:
            for one in some:
                withdraw(uncapped, one, Channel.EMAIL, "one_click", now)
        except BaseException as error:  # noqa: BLE001  (a thread must not end unseen)
            failures.append(error)

    with storm.over(monkeypatch):
        dispatch = storm.open()
        threads = [threading.Thread(target=unsubscribe, args=(leaving[part::3],)) for part in range(3)]
        # When both run at once
        for thread in threads:
            thread.start()
        storm.blow(workers=3)
        for thread in threads:
            thread.join()
    assert not failures

    # Then no contact has a claim later than its withdrawal
    found = records(storm, dispatch)
    assert len(found) == SIZE
    for history in commits.of.values():
        order = [what for _, what in sorted(history)]
        assert order in (["withdrawal"], ["claim", "withdrawal"]), order

    # And what was sent is what was claimed, the others were decided against
    claimed = sum(len(history) == 2 for history in commits.of.values())
    by_state = [one.state for one in found.values()]
    assert by_state.count(State.SENT) == claimed == storm.mailer.taken.total()
    assert all(_is_told_why(one) for one in found.values() if one.state is State.NOT_SENT)
    assert 0 < claimed < SIZE
    for start in range(0, SIZE, 100):
        contacts = read_contacts(uncapped, storm.customers[start : start + 100])
        assert all(one.consent(Channel.EMAIL).state is ConsentState.WITHDRAWN for one in contacts.values())


def _is_told_why(one: Delivery) -> bool:
    return one.reason is Reason.UNSUBSCRIBED and not one.checks[-1].passed
