"""Timeline, interactions with their reminders, notes, tags, status and bulk actions."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from regulars import customers
from regulars.kernel.events import AlreadyHandledError, EventItem
from regulars.kernel.tenancy import Tenant
from regulars.kernel.timers import SHARDS, Timer, TimerItem, due_timers
from tests.integration.customers.conftest import Api

FAR = datetime(2050, 1, 1, tzinfo=UTC)


def timers(tenant: Tenant) -> list[Timer]:
    found: list[TimerItem] = [item for shard in range(SHARDS) for item in due_timers(shard, FAR)]
    return [Timer(tenant, item.name, item.subject, item.due) for item in found if item.tenant == tenant.id]


def events(tenant: Tenant, customer_id: str) -> list[EventItem]:
    pk = customers.customer_partition(tenant, customer_id)
    return list(EventItem.each(pk, EventItem.sk.startswith("E#")))


def event_names(tenant: Tenant, customer_id: str) -> list[str]:
    return sorted(item.name for item in events(tenant, customer_id))


def entries(api: Api, customer_id: str, **query: str) -> list[dict[str, Any]]:
    status, page = api("GET /customers/{customer_id}/timeline", of=customer_id, query=query)
    assert status == 200, page
    return list(page["items"])


def test_the_timeline_tells_everything_newest_first_and_filters_by_kind(api: Api) -> None:
    one = api.created(name="Ann")["id"]
    api("PATCH /customers/{customer_id}", {"name": "Bea"}, of=one)
    _, note = api("POST /customers/{customer_id}/notes", {"text": "likes tea"}, of=one)
    call = {"type": "call", "summary": "asked for a rebate", "happened_at": "2020-01-01T10:00:00+01:00"}
    api("POST /customers/{customer_id}/interactions", call, of=one)
    told = entries(api, one)
    assert {entry["name"] for entry in told[:3]} == {"customer.created", "customer.updated", "note.added"}
    assert told[-1]["name"] == "interaction.logged"
    assert told[-1]["time"] == "2020-01-01T09:00:00Z"
    assert told[-1]["data"]["summary"] == "asked for a rebate"
    assert [entry["data"]["text"] for entry in entries(api, one, kind="note")] == ["likes tea"]
    assert {entry["kind"] for entry in entries(api, one, kind="profile,note")} == {"profile", "note"}
    assert entries(api, one, kind="order") == []
    [updated] = [entry for entry in told if entry["name"] == "customer.updated"]
    assert (updated["title"], updated["data"]["changed"]) == ("Customer updated", ["name"])
    assert updated["actor"] == "staff:stf_01"
    api("DELETE /customers/{customer_id}/notes/{note_id}", of=one, params={"note_id": note["id"]})
    assert "text" not in entries(api, one, kind="note")[-1]["data"]


def test_the_timeline_is_read_in_pages(api: Api) -> None:
    one = api.created(name="Ann")["id"]
    for number in range(6):
        api("POST /customers/{customer_id}/notes", {"text": f"note {number}"}, of=one)
    whole = [entry["id"] for entry in entries(api, one)]
    seen: list[str] = []
    query = {"limit": "3"}
    while True:
        _, page = api("GET /customers/{customer_id}/timeline", of=one, query=query)
        seen += [entry["id"] for entry in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert seen == whole
    assert len(seen) == 7
    assert api("GET /customers/{customer_id}/timeline", of=one, query={"kind": "x y"})[0] == 422


def test_events_name_fields_and_carry_no_content(api: Api) -> None:
    one = api.created(
        name="Ann Secret", email="ann@secret.example", addresses=[{"country": "GB"}], source="web"
    )["id"]
    api("PATCH /customers/{customer_id}", {"name": "Bea Secret", "status": "inactive", "tags": ["a"]}, of=one)
    api("POST /customers/{customer_id}/notes", {"text": "secret"}, of=one)
    told = {item.name: item.data for item in events(api.tenant, one)}
    assert told["customer.created"] == {"status": "active", "source": "web", "country": "GB"}
    assert told["customer.updated"] == {
        "changed": ["name", "status", "tags"],
        "status": "inactive",
        "source": "web",
        "country": "GB",
        "was": {"status": "active"},
    }
    assert told["customer.tagged"] == {"added": ["a"], "removed": []}
    assert "ecret" not in str(told)


def test_a_change_that_changes_nothing_tells_nothing(api: Api) -> None:
    one = api.created(name="Ann", tags=["a"])["id"]
    assert api("PATCH /customers/{customer_id}", {"name": "Ann"}, of=one)[1]["version"] == 1
    assert api("POST /customers/{customer_id}/tags", {"tags": [" A "]}, of=one)[1]["version"] == 1
    assert event_names(api.tenant, one) == ["customer.created"]


def test_a_follow_up_reminds_once_at_the_moment_that_was_set_last(
    api: Api, tenant: Tenant, now: datetime
) -> None:
    one = api.created(name="Ann")["id"]
    new = {"type": "meeting", "summary": "offer", "follow_up_at": "2049-05-01T08:00:00Z"}
    _, logged = api("POST /customers/{customer_id}/interactions", new, of=one)
    [first] = timers(tenant)
    path = {"interaction_id": logged["id"]}
    route = "PATCH /customers/{customer_id}/interactions/{interaction_id}"
    status, moved = api(
        route, {"follow_up_at": "2049-06-01T08:00:00.123Z", "outcome": "later"}, of=one, params=path
    )
    assert (status, moved["outcome"], moved["version"]) == (200, "later", 2)
    [second] = timers(tenant)
    assert second.due > first.due
    with pytest.raises(AlreadyHandledError):
        customers.remind(first, now)
    customers.remind(second, now)
    with pytest.raises(AlreadyHandledError):
        customers.remind(second, now)
    assert event_names(tenant, one).count("interaction.due") == 1
    assert timers(tenant) == []
    _, page = api("GET /customers/{customer_id}/interactions", of=one)
    assert page["items"][0]["reminded_at"].startswith("2026-03-10")
    api(route, {"follow_up_at": "2049-07-01T08:00:00Z"}, of=one, params=path)
    [third] = timers(tenant)
    api(route, {"follow_up_at": None}, of=one, params=path)
    assert timers(tenant) == []
    assert third.due.month == 7


def test_a_reminder_of_a_deleted_customer_is_only_put_away(api: Api, tenant: Tenant, now: datetime) -> None:
    one = api.created(name="Ann")["id"]
    new = {"type": "call", "summary": "x", "follow_up_at": "2049-05-01T08:00:00Z"}
    api("POST /customers/{customer_id}/interactions", new, of=one)
    api("DELETE /customers/{customer_id}", of=one)
    [timer] = timers(tenant)
    customers.remind(timer, now)
    assert timers(tenant) == []
    assert "interaction.due" not in event_names(tenant, one)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"type": "fax", "summary": "x"}, "/type"),
        ({"type": "call"}, "/summary"),
        ({"type": "call", "summary": " "}, "/summary"),
        ({"type": "call", "summary": "x", "follow_up_at": "soon"}, "/follow_up_at"),
        ({"type": "call", "summary": "x", "follow_up_at": "2026-01-01T00:00:00"}, "/follow_up_at"),
        ({"type": "call", "summary": "x", "follow_up_at": 5}, "/follow_up_at"),
        ({"type": "call", "summary": "x", "by": "me"}, "/by"),
    ],
)
def test_a_bad_interaction_is_refused(api: Api, body: dict[str, Any], pointer: str) -> None:
    one = api.created(name="Ann")["id"]
    status, problem = api("POST /customers/{customer_id}/interactions", body, of=one)
    assert (status, problem["errors"][0]["pointer"]) == (422, pointer)


def test_a_note_is_edited_by_its_author_alone(api: Api) -> None:
    one = api.created(name="Ann")["id"]
    _, note = api("POST /customers/{customer_id}/notes", {"text": "tea"}, of=one)
    path = {"note_id": note["id"]}
    agent = {"caller_kind": "staff", "caller_id": "stf_02", "role": "agent"}
    edit = "PUT /customers/{customer_id}/notes/{note_id}"
    remove = "DELETE /customers/{customer_id}/notes/{note_id}"
    assert api(edit, {"text": "milk"}, of=one, params=path, caller=agent)[0] == 403
    assert api(remove, of=one, params=path, caller=agent)[0] == 403
    assert api(edit, {"text": "milk"}, of=one, params=path, headers={"if-match": '"9"'})[0] == 412
    status, edited = api(edit, {"text": "milk"}, of=one, params=path)
    assert (status, edited["text"], edited["by"], edited["version"]) == (200, "milk", "staff:stf_01", 2)
    assert [row["text"] for row in api("GET /customers/{customer_id}/notes", of=one)[1]["items"]] == ["milk"]
    _, theirs = api("POST /customers/{customer_id}/notes", {"text": "x"}, of=one, caller=agent)
    assert api(remove, of=one, params={"note_id": theirs["id"]})[0] == 204
    assert api(remove, of=one, params={"note_id": theirs["id"]})[0] == 404


def test_tags_are_normalised_and_bounded(api: Api) -> None:
    one = api.created(name="Ann")["id"]
    _, tagged = api("POST /customers/{customer_id}/tags", {"tags": ["Big  Spender", "big spender"]}, of=one)
    assert tagged["tags"] == ["big spender"]
    many = {"tags": [f"t{number}" for number in range(50)]}
    assert api("POST /customers/{customer_id}/tags", many, of=one)[0] == 422
    route = "DELETE /customers/{customer_id}/tags/{tag}"
    assert api(route, of=one, params={"tag": "BIG Spender"})[1]["tags"] == []
    assert api(route, of=one, params={"tag": "never"})[0] == 200


def test_a_status_changes_with_its_reason(api: Api) -> None:
    one = api.created(name="Ann")["id"]
    change = {"status": "churning", "reason": "no visit since May"}
    _, changed = api("POST /customers/{customer_id}/status", change, of=one)
    assert (changed["status"], changed["status_reason"]) == ("churning", "no visit since May")
    [told] = [item.data for item in events(api.tenant, one) if item.name == "customer.status_changed"]
    assert told == {"status": "churning", "was": "active", "reason": "no visit since May"}
    _, back = api("PATCH /customers/{customer_id}", {"status": "active"}, of=one)
    assert back["status_reason"] is None


def test_a_bulk_action_says_what_became_of_each(api: Api, other_api: Api) -> None:
    ids = [api.created(name=f"N{number}")["id"] for number in range(3)]
    foreign = other_api.created(name="X")["id"]
    api("DELETE /customers/{customer_id}", of=ids[2])
    body = {"action": "tag", "customer_ids": [*ids, ids[0], foreign, "cus_x"], "tags": ["May"]}
    status, answer = api("POST /customers/bulk", body)
    assert (status, answer["done"], answer["failed"]) == (200, 2, 3)
    assert [result["status"] for result in answer["results"]] == [200, 200, 410, 404, 404]
    assert len(api("GET /customers", query={"tag": "may"})[1]["items"]) == 2
    api("POST /customers/bulk", {"action": "untag", "customer_ids": ids[:1], "tags": ["may"]})
    api("POST /customers/bulk", {"action": "status", "customer_ids": ids[:2], "status": "vip"})
    assert len(api("GET /customers", query={"tag": "may"})[1]["items"]) == 1
    assert len(api("GET /customers", query={"status": "vip"})[1]["items"]) == 2
    assert other_api("GET /customers")[1]["items"][0]["tags"] == []


def test_a_bulk_note_sent_twice_is_written_once(api: Api) -> None:
    one = api.created(name="Ann")["id"]
    body = {"action": "note", "customer_ids": [one], "text": "sale"}
    answers = [api("POST /customers/bulk", body, headers={"idempotency-key": "k"}) for _ in range(2)]
    assert answers[0] == answers[1]
    assert len(api("GET /customers/{customer_id}/notes", of=one)[1]["items"]) == 1


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"action": "tag", "customer_ids": ["a"]}, "/tags"),
        ({"action": "status", "customer_ids": ["a"]}, "/status"),
        ({"action": "note", "customer_ids": ["a"]}, "/text"),
        ({"action": "delete", "customer_ids": ["a"]}, "/action"),
        ({"action": "tag", "customer_ids": [], "tags": ["a"]}, "/customer_ids"),
        ({"action": "tag", "customer_ids": ["a"] * 101, "tags": ["a"]}, "/customer_ids"),
    ],
)
def test_a_bad_bulk_action_is_refused(api: Api, body: dict[str, Any], pointer: str) -> None:
    status, problem = api("POST /customers/bulk", body)
    assert (status, problem["errors"][0]["pointer"]) == (422, pointer)


def test_a_customer_reads_their_own_profile_and_nothing_else(api: Api) -> None:
    one, two = api.created(name="Ann", tags=["fussy"])["id"], api.created(name="Bea")["id"]
    api("POST /customers/{customer_id}/status", {"status": "suspended", "reason": "fraud?"}, of=one)
    me = {"caller_kind": "customer", "caller_id": one, "role": ""}
    status, read = api("GET /customers/{customer_id}", of=one, caller=me)
    assert (status, read["name"], read["tags"], read["status_reason"]) == (200, "Ann", [], None)
    assert api("GET /customers/{customer_id}", of=two, caller=me)[0] == 404
    assert api("GET /customers", caller=me)[0] == 403
    assert api("PATCH /customers/{customer_id}", {"status": "vip"}, of=one, caller=me)[0] == 403
    assert api("GET /customers/{customer_id}/notes", of=one, caller=me)[0] == 403


def test_activity_is_counted_and_remembered(api: Api, tenant: Tenant, now: datetime) -> None:
    from regulars.kernel.transaction import Transaction

    one = api.created(name="Ann")["id"]
    for at in (now, now - timedelta(days=1)):
        facts = customers.facts_of(tenant, one, consistent=True)
        assert facts is not None
        tx = Transaction(tenant)
        customers.note_activity(tx, facts, customers.Activity({"login": 2}, {"login": at}))
        tx.commit()
    facts = customers.facts_of(tenant, one, consistent=True)
    assert facts is not None
    assert (facts.counts, facts.last_activity_at) == ({"login": 4}, now)


def test_what_an_interaction_must_have_cannot_be_removed(api: Api) -> None:
    one = api.created(name="Ann")["id"]
    new = {"type": "call", "summary": "x"}
    _, logged = api("POST /customers/{customer_id}/interactions", new, of=one)
    route = "PATCH /customers/{customer_id}/interactions/{interaction_id}"
    status, problem = api(route, {"summary": None}, of=one, params={"interaction_id": logged["id"]})
    assert (status, problem["errors"][0]["pointer"]) == (422, "/summary")
    assert api(route, {"outcome": "y"}, of=one, params={"interaction_id": "int_x"})[0] == 404
