"""Lists and search: order, filters, pages, and what they cost."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from regulars import customers
from regulars.customers import Filter, Profile, TotalsChange
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from tests.integration.customers.conftest import Api
from tests.metering import metered

PEOPLE: list[dict[str, Any]] = [
    {"name": "John Smith", "email": "john.smith@x.com", "phone": "+447911123456", "tags": ["vip"]},
    {"name": "Johanna Šmídová", "email": "jo@x.com", "addresses": [{"country": "CZ"}], "source": "web"},
    {"name": "Mary O'Brien", "email": "mary.obrien+shop@x.com", "external_ids": ["12346"], "status": "vip"},
    {"name": "Jean-Luc Picard", "phone": "+33612345678", "source": "web"},
]
SPENT = [100, 0, -50, 100_000]


@pytest.fixture
def people(tenant: Tenant, now: datetime) -> list[str]:
    """Four customers, one a day, the last the newest."""
    ids = []
    for number, (person, spent) in enumerate(zip(PEOPLE, SPENT, strict=True)):
        at = now + timedelta(days=number)
        made = customers.create(tenant, Profile.model_validate(person), now=now, at=at)
        if spent:
            tx = Transaction(tenant)
            change = TotalsChange(orders=1, gross=max(spent, 0), refunded=max(-spent, 0), at=at)
            customers.change_totals(tx, made.facts, change)
            tx.commit()
        ids.append(made.id)
    return ids


def names(answer: tuple[int, Any]) -> list[str]:
    status, body = answer
    assert status == 200, body
    return [str(row["name"]).split()[0] for row in body["items"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["Jean-Luc", "Mary", "Johanna", "John"]),
        ({"sort": "created"}, ["John", "Johanna", "Mary", "Jean-Luc"]),
        ({"sort": "-spent"}, ["Jean-Luc", "John", "Johanna", "Mary"]),
        ({"sort": "spent"}, ["Mary", "Johanna", "John", "Jean-Luc"]),
        ({"status": "vip"}, ["Mary"]),
        ({"tag": " VIP"}, ["John"]),
        ({"country": "cz"}, ["Johanna"]),
        ({"source": "web"}, ["Jean-Luc", "Johanna"]),
        ({"min_spent": "1"}, ["Jean-Luc", "John"]),
        ({"max_spent": "99"}, ["Mary", "Johanna"]),
        ({"min_spent": "-50", "max_spent": "100", "sort": "spent"}, ["Mary", "Johanna", "John"]),
        ({"min_spent": "9", "max_spent": "1", "sort": "spent"}, []),
        ({"created_from": "2026-03-11T09:30:00Z", "created_to": "2026-03-12T09:30:00Z"}, ["Mary", "Johanna"]),
        ({"created_from": "2026-03-12T00:00:00Z", "sort": "-spent"}, ["Jean-Luc", "Mary"]),
        ({"created_from": "2026-03-12T00:00:00Z", "created_to": "2026-03-11T00:00:00Z"}, []),
        ({"last_order_from": "2026-03-12T00:00:00Z"}, ["Jean-Luc", "Mary"]),
    ],
)
def test_lists_are_ordered_and_filtered(
    api: Api, people: list[str], query: dict[str, str], expected: list[str]
) -> None:
    assert names(api("GET /customers", query=query)) == expected


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("john", {"John"}),
        ("JOH", {"John", "Johanna"}),
        ("smid", {"Johanna"}),
        ("ŠMÍD", {"Johanna"}),
        ("sm", {"John", "Johanna"}),
        ("smith john", {"John"}),
        ("smith mary", set()),
        ("obrien", {"Mary"}),
        ("o'brien", {"Mary"}),
        ("luc", {"Jean-Luc"}),
        ("jean-luc", {"Jean-Luc"}),
        ("mary.obrien+shop@x.com", {"Mary"}),
        ("mary.obr", {"Mary"}),
        ("mary.obrien+s", {"Mary"}),
        ("jo@x", {"Johanna"}),
        ("07911", {"John"}),
        ("7911 123", {"John"}),
        ("+44 7911", {"John"}),
        ("3456", {"John"}),
        ("345678", {"Jean-Luc"}),
        ("12346", {"Mary"}),
        ("nobody", set()),
        ("456", {"John"}),
    ],
)
def test_search_finds_by_beginnings_of_words_addresses_and_numbers(
    api: Api, people: list[str], q: str, expected: set[str]
) -> None:
    found = names(api("GET /customers", query={"q": q}))
    assert set(found) == expected
    assert len(found) == len(expected)


def test_search_admits_what_the_filters_admit(api: Api, people: list[str]) -> None:
    assert names(api("GET /customers", query={"q": "joh", "country": "CZ"})) == ["Johanna"]
    assert names(api("GET /customers", query={"q": people[2]})) == ["Mary"]


def test_search_follows_a_changed_name(api: Api, people: list[str]) -> None:
    api("PATCH /customers/{customer_id}", {"name": "Zoë Smith"}, of=people[0])
    assert names(api("GET /customers", query={"q": "zoe"})) == ["Zoë"]
    assert names(api("GET /customers", query={"q": "smi zo"})) == ["Zoë"]
    # The email address still begins with john.
    assert set(names(api("GET /customers", query={"q": "joh"}))) == {"Zoë", "Johanna"}


@pytest.mark.parametrize("query", [{"q": "x"}, {"q": "   "}, {"q": "--"}, {"q": "é!"}])
def test_a_search_for_too_little_is_refused(api: Api, query: dict[str, str]) -> None:
    status, problem = api("GET /customers", query=query)
    assert (status, problem["errors"][0]["pointer"]) == (422, "q")


@pytest.mark.parametrize(
    "query", [{"limit": "1"}, {"limit": "3"}, {"q": "jo", "limit": "1"}, {"sort": "-spent", "limit": "2"}]
)
def test_pages_give_everything_once(api: Api, people: list[str], query: dict[str, str]) -> None:
    whole = [row["id"] for row in api("GET /customers", query=query | {"limit": "100"})[1]["items"]]
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        _, page = api("GET /customers", query=query | ({"cursor": cursor} if cursor else {}))
        assert len(page["items"]) <= int(query["limit"])
        seen += [row["id"] for row in page["items"]]
        cursor = page["next"]
    assert seen == whole


def test_a_foreign_cursor_is_refused(api: Api, other_api: Api, people: list[str]) -> None:
    _, page = api("GET /customers", query={"limit": "1"})
    _, found = api("GET /customers", query={"limit": "1", "q": "jo"})
    for cursor in (page["next"], found["next"]):
        assert other_api("GET /customers", query={"cursor": cursor})[0] == 400
        assert other_api("GET /customers", query={"cursor": cursor, "q": "jo"})[0] == 400
    assert api("GET /customers", query={"cursor": page["next"], "sort": "-spent"})[0] == 400
    assert api("GET /customers", query={"cursor": page["next"], "q": "jo"})[0] == 400
    assert api("GET /customers", query={"cursor": found["next"]})[0] == 400
    assert api("GET /customers", query={"cursor": found["next"], "q": "mary"})[0] == 400
    for bad in ("x", "e30", "bnVsbA", "WzFd"):
        assert api("GET /customers", query={"cursor": bad})[0] == 400
        assert api("GET /customers", query={"cursor": bad, "q": "jo"})[0] == 400


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "101"},
        {"sort": "name"},
        {"country": "XX"},
        {"min_spent": "1" * 400},
        {"created_from": "yesterday"},
        {"colour": "red"},
        {"fields": "id,secret"},
    ],
)
def test_a_bad_parameter_is_named(api: Api, query: dict[str, str]) -> None:
    status, problem = api("GET /customers", query=query)
    assert (status, problem["errors"][0]["pointer"]) == (422, next(iter(query)))


def test_one_tenants_lists_and_search_show_nothing_of_another(other_api: Api, people: list[str]) -> None:
    for query in ({}, {"sort": "-spent"}, {"q": "john"}, {"q": "12346"}, {"q": people[0]}, {"q": "jo@x.com"}):
        assert names(other_api("GET /customers", query=query)) == []


@pytest.fixture
def crowd(tenant: Tenant, now: datetime) -> list[str]:
    """Sixty full profiles, all with a common name."""
    ids = []
    for number in range(60):
        profile = Profile.model_validate(
            {
                "first_name": "Alexandra",
                "last_name": f"Common{number:03d}",
                "email": f"alexandra.common{number:03d}@example.com",
                "phone": f"+44791112{number:04d}",
                "addresses": [{"line1": "1 High Street", "city": "Leeds", "country": "GB"}],
                "tags": ["newsletter", "wholesale"],
                "source": "web",
                "external_ids": [f"ext-{number}"],
            }
        )
        ids.append(customers.create(tenant, profile, now=now + timedelta(seconds=number)).id)
    return ids


def test_request_units_stay_within_their_budgets(api: Api, crowd: list[str]) -> None:
    budgets: list[tuple[str, dict[str, Any], float]] = [
        ("GET /customers/{customer_id}", {"of": crowd[0]}, 1),
        ("GET /customers", {}, 10),
        ("GET /customers", {"query": {"sort": "-spent"}}, 10),
        ("GET /customers", {"query": {"q": "common042"}}, 3),
        ("GET /customers", {"query": {"q": "alexandra"}}, 10),
        ("GET /customers", {"query": {"q": "alexandra common017"}}, 3),
        ("GET /customers", {"query": {"q": "ext-5"}}, 3),
        ("GET /customers", {"query": {"q": "0042"}}, 4),
        ("GET /customers/{customer_id}/timeline", {"of": crowd[0]}, 2),
    ]
    for route, how, budget in budgets:
        with metered() as meter:
            status, _ = api(route, **dict(how))
        assert status == 200
        assert 0 < meter.reads <= budget, (route, how, meter.calls)


def test_a_page_of_a_common_word_ends_where_the_next_begins(api: Api, crowd: list[str]) -> None:
    seen: list[str] = []
    query = {"q": "alex"}
    while True:
        _, page = api("GET /customers", query=query)
        seen += [row["id"] for row in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert sorted(seen) == sorted(crowd)


def test_a_filter_says_the_same_of_facts_as_the_table_does(tenant: Tenant, people: list[str]) -> None:
    everyone = customers.list_customers(tenant).items
    for wanted in (
        Filter(tag="vip"),
        Filter(country="CZ", source="web"),
        Filter(min_spent=0, max_spent=100),
        Filter(last_order_to=everyone[0].created_at),
        Filter(created_from=everyone[1].created_at),
    ):
        listed = [one.customer_id for one in customers.list_customers(tenant, wanted).items]
        assert listed == [one.customer_id for one in everyone if wanted.admits(one)]
