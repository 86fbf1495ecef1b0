"""Customers, products and events from files."""

from regulars import customers
from regulars.commerce import products
from regulars.customers import CustomerRef, Profile, read_timeline, resolve
from regulars.imports.mapping import FieldSource
from regulars.imports.targets import ImportKind
from regulars.kernel.events import EventItem
from regulars.kernel.files import S3Files
from regulars.kernel.jobs import Job, State
from regulars.kernel.tenancy import Tenant
from tests.integration.imports.workbench import all_facts, moment, started, work

PEOPLE = {
    name: FieldSource(column=name)
    for name in ("external_id", "email", "phone", "first_name", "country", "tags", "date_of_birth")
}
HEAD = "external_id,email,phone,first_name,country,tags,date_of_birth\n"


def people(tenant: Tenant, text: str) -> Job:
    return work(tenant, started(tenant, (HEAD + text).encode(), ImportKind.CUSTOMERS, PEOPLE))


def errors(tenant: Tenant, job: Job) -> list[str]:
    return b"".join(S3Files(tenant).read(job.files["errors"])).decode("utf-8-sig").splitlines()[1:]


def test_customers_are_created_with_their_fields(shop: Tenant) -> None:
    job = people(shop, "7,Ada@X.test,020 7946 0018,Ada,United Kingdom,a; B,1990-12-10\n")
    assert (job.state, job.counts["created"], job.counts["refused"]) == (State.SUCCEEDED, 1, 0)
    found = resolve(shop, CustomerRef(email="ada@x.test"))
    assert found is not None
    profile = customers.get(shop, found).profile
    assert (profile.phone, profile.tags, profile.ids) == ("+442079460018", ["a", "b"], ["7"])
    assert profile.address is not None
    assert profile.address.country == "GB"
    assert str(profile.date_of_birth) == "1990-12-10"


def test_one_person_twice_in_a_file_is_reported(shop: Tenant) -> None:
    # given one address in three spellings, and one phone number in two
    job = people(
        shop,
        "1,A@x.com,,A,,,\n2, a@x.com ,,B,,,\n3,a@x.com\u00a0,,C,,,\n4,d@x.com,+447911123456,D,,,\n5,e@x.com,07911 123456,E,,,\n",
    )
    # then only the first row of each is taken
    assert (job.counts["created"], job.counts["refused"]) == (2, 3)
    assert [line.split(",")[:3] for line in errors(shop, job)] == [
        ["3", "email", "the same email as in line 2"],
        ["4", "email", "the same email as in line 2"],
        ["6", "phone", "the same phone as in line 5"],
    ]


def test_known_customers_are_brought_up_to_date(shop: Tenant) -> None:
    known = customers.create(shop, Profile(email="a@x.test", last_name="Stays", tags=["old"]), now=moment())
    text = "9,a@x.test,,Ada,,new,\n"
    first = people(shop, text)
    again = people(shop, text)
    assert (first.counts["created"], first.counts["updated"]) == (0, 1)
    assert (again.counts["updated"], again.counts["unchanged"]) == (0, 1)
    profile = customers.get(shop, known.id).profile
    assert (profile.first_name, profile.last_name, profile.ids) == ("Ada", "Stays", ["9"])
    assert {"old", "new"} <= set(profile.tags)


def test_rows_that_cannot_be_taken_say_why(shop: Tenant) -> None:
    job = people(shop, "1,nonsense,,A,,,\n2,b@x.test,,B,Atlantis,,\n,,,C,,,\n4,d@x.test,,D,,,2090-01-01\n")
    assert job.counts["refused"] == 4
    assert [line.split(",")[:2] for line in errors(shop, job)] == [
        ["2", "email"],
        ["3", "country"],
        ["4", "email"],
        ["5", "date_of_birth"],
    ]
    assert all_facts(shop) == []


def test_imported_customers_are_history(shop: Tenant) -> None:
    people(shop, "1,a@x.test,,A,,,\n")
    found = resolve(shop, CustomerRef(external_id="1"))
    assert found is not None
    events = EventItem.each(customers.customer_partition(shop, found), EventItem.sk.startswith("E#"))
    assert [(event.name, event.history) for event in events] == [("customer.created", True)]


PRODUCTS = {name: FieldSource(column=name) for name in ("id", "name", "price", "stock", "category")}


def test_products_are_created_changed_or_left(shop: Tenant) -> None:
    head = "id,name,price,stock,category\n"
    mapping = PRODUCTS
    first = (head + "S1,Mug,2.50,4,Home > Kitchen\nS2,Tray,3,,\nS3,Bad,x,,\nS1,Again,1,,\n").encode()
    job = work(shop, started(shop, first, ImportKind.PRODUCTS, mapping))
    assert (job.counts["created"], job.counts["refused"]) == (2, 2)
    mug = products.get(shop, "S1")
    assert (mug.price, mug.currency, mug.stock, mug.category) == (250, "GBP", 4, ["Home", "Kitchen"])
    second = (head + "S1,Mug,2.75,,\nS2,Tray,3.00,,\n").encode()
    job = work(shop, started(shop, second, ImportKind.PRODUCTS, mapping))
    assert (job.counts["updated"], job.counts["unchanged"]) == (1, 1)
    mug = products.get(shop, "S1")
    assert (mug.price, mug.stock) == (275, 4)


EVENTS = {
    "kind": FieldSource(column="kind"),
    "at": FieldSource(column="at"),
    "customer_external_id": FieldSource(column="customer"),
    "anonymous_id": FieldSource(column="visitor"),
    "id": FieldSource(column="id"),
    "properties": FieldSource(column="properties"),
}


def test_events_are_recorded_once_as_history(shop: Tenant) -> None:
    data = (
        b'{"kind": "Page View", "at": "2026-01-02T10:00:00Z", "customer": "7", "properties": {"n": 1}}\n'
        b'{"kind": "search", "at": "2026-01-02T10:01:00Z", "visitor": "v-1", "id": "e1"}\n'
        b'{"kind": "search", "at": "2026-01-02T10:01:00Z", "visitor": "v-1", "id": "e1"}\n'
        b'{"kind": "search", "at": "2026-01-02T10:01:00Z"}\n'
    )
    job = work(shop, started(shop, data, ImportKind.EVENTS, EVENTS, format="jsonl"))
    assert (job.counts["created"], job.counts["customers"], job.counts["refused"]) == (2, 1, 2)
    found = resolve(shop, CustomerRef(external_id="7"))
    assert found is not None
    assert "behaviour.page_view" in {entry.name for entry in read_timeline(shop, found).items}
    # when the same file comes again, only what has no id of its own is new
    job = work(shop, started(shop, data, ImportKind.EVENTS, EVENTS, format="jsonl"))
    assert (job.counts["created"], job.counts["unchanged"]) == (1, 1)
