"""Templates over HTTP: every route as a shop's client sees it."""

import json
from datetime import datetime
from typing import Any

import pytest

from regulars import segments
from regulars.kernel.clock import clock
from regulars.kernel.files import S3Files
from regulars.kernel.jobs import list_jobs
from regulars.kernel.tenancy import Tenant
from regulars.messaging import Channel, lint_rows
from regulars.messaging.templates import PlainLinks, compiled
from regulars.messaging.templates.links_store import static_links
from regulars.messaging.templates.published import forget_templates
from templates_api.handler import handler
from tests.events import http_event
from tests.integration.pipeline.shop import new_customer, open_shop
from tests.integration.segments.working import run_jobs, turn
from tests.simulated import Simulated

Json = dict[str, Any]
HTML = (
    "<html><body><h1>Hi {{ customer.first_name }}</h1>"
    '<p><a href="https://kettle.test/tea?a=1&amp;b=2">Tea</a></p>'
    '<p><a href="{{ data.url }}">Yours</a></p></body></html>'
)
DRAFT: Json = {
    "contents": {
        "email": {"en": {"subject": "Hello {{ customer.first_name }}", "html": HTML}},
        "sms": {"en": {"text": "Hi {{ customer.first_name }}"}},
    },
    "sample": {"url": "https://kettle.test/you"},
}
PARAMS = ("template_id", "number", "key")


class Api:
    """Calls operations as the owner of a tenant; an answer is `(status, body)`, its headers are in `headers`."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.headers: dict[str, str] = {}

    def __call__(self, route: str, body: Any = None, **how: Any) -> tuple[int, Any]:
        params = {name: str(how.pop(name)) for name in PARAMS if name in how}
        answer = handler(http_event(route, tenant=self.tenant.id, body=body, params=params, **how), None)
        self.headers = answer["headers"]
        return answer["statusCode"], json.loads(answer["body"]) if answer["body"] else None

    def made(self, name: str = "Tea time", **more: Any) -> Json:
        status, body = self("POST /templates", {"name": name, "draft": DRAFT, **more})
        assert status == 201, body
        return body

    def published(self, template_id: str) -> Json:
        status, body = self("POST /templates/{template_id}/publish", {"note": "go"}, template_id=template_id)
        assert status == 200, body
        return body


@pytest.fixture
def now() -> datetime:
    return clock().now()


@pytest.fixture
def api(tenant: Tenant, now: datetime, jobs_queue: str, bucket: str) -> Api:
    forget_templates()
    return Api(open_shop(tenant, now))


@pytest.fixture
def other_api(other_tenant: Tenant, now: datetime, jobs_queue: str) -> Api:
    return Api(open_shop(other_tenant, now))


def pointers(body: Json) -> list[str]:
    return [one["pointer"] for one in body["errors"]]


def html_of(tenant: Tenant, key: str, version: int = 0) -> str:
    content = compiled(tenant, key, version).content(Channel.EMAIL, "en")
    context = {
        "customer": {"first_name": "Ann"},
        "data": {"url": "https://kettle.test/you"},
        "message": {},
        "shop": {},
    }
    return str(content.render(context, PlainLinks(content.static_links)).html)


def test_a_template_is_written_published_changed_and_gone_back_with(api: Api) -> None:
    # given a draft
    made = api.made()
    one = made["id"]
    assert (made["key"], made["published"], made["changed"], api.headers["etag"]) == (
        "tea_time",
        0,
        True,
        '"1"',
    )
    assert made["channels"] == ["email", "sms"]
    assert made["draft"] == DRAFT
    # when it is published
    published = api.published(one)
    # then that version is sent, with a way to leave, and its links are known
    assert (published["published"], published["changed"]) == (1, False)
    assert "<h1>Hi Ann</h1>" in html_of(api.tenant, "tea_time")
    assert "Unsubscribe" in html_of(api.tenant, one)
    assert static_links(api.tenant, "tea_time", 1, Channel.EMAIL, "en") == (
        "https://kettle.test/tea?a=1&b=2",
        "",
    )
    # and a change is not sent until it is published too
    draft = DRAFT | {"contents": {"email": {"en": {"subject": "New", "html": "<p>New</p>"}}}}
    status, changed = api(
        "PUT /templates/{template_id}", {"draft": draft}, template_id=one, headers={"if-match": '"2"'}
    )
    assert (status, changed["changed"], changed["channels"]) == (200, True, ["email"])
    assert "<h1>Hi Ann</h1>" in html_of(api.tenant, "tea_time")
    api.published(one)
    assert "<p>New</p>" in html_of(api.tenant, "tea_time")
    # and the first version never changes
    assert "<h1>Hi Ann</h1>" in html_of(api.tenant, "tea_time", 1)
    status, body = api("GET /templates/{template_id}/versions", template_id=one)
    assert [(row["number"], row["note"]) for row in body["items"]] == [(2, "go"), (1, "go")]
    status, body = api("GET /templates/{template_id}/versions/{number}", template_id=one, number=1)
    assert (status, body["source"]) == (200, DRAFT)
    # and can be the draft again
    status, body = api("POST /templates/{template_id}/versions/{number}/restore", template_id=one, number=1)
    assert (status, body["draft"], body["published"], body["changed"]) == (200, DRAFT, 2, True)


def test_who_saves_what_somebody_else_has_changed_is_told(api: Api) -> None:
    one = api.made()["id"]
    assert api("PUT /templates/{template_id}", {"name": "A"}, template_id=one)[0] == 200
    stale = {"if-match": '"1"'}
    for route, body in (
        ("PUT /templates/{template_id}", {"name": "B"}),
        ("DELETE /templates/{template_id}", None),
    ):
        assert api(route, body, template_id=one, headers=stale)[0] == 412
    assert api("POST /templates/{template_id}/publish", {}, template_id=one, headers=stale)[0] == 412


def test_a_draft_may_be_wrong_and_is_not_published(api: Api) -> None:
    # given a draft full of faults
    bad = {
        "email": {"en": {"subject": "{{ nobody }}", "html": "<p>\n{% if x %}</p>"}},
        "sms": {"en": {"text": ""}},
        "push": {"en": {"title": "{{ customer.frist_name }}", "body": "b"}},
    }
    status, made = api("POST /templates", {"name": "Bad", "category": "nonsense", "draft": {"contents": bad}})
    assert status == 201
    # when it is published
    status, body = api("POST /templates/{template_id}/publish", {}, template_id=made["id"])
    # then each fault is pointed to
    assert status == 422
    assert set(pointers(body)) == {
        "/draft/category",
        "/draft/contents/email/en/subject",
        "/draft/contents/email/en/html",
        "/draft/contents/sms/en/text",
        "/draft/contents/push/en/title",
    }
    # and the same is said by the check, of what is not saved
    status, body = api("POST /templates/check", {"draft": {"contents": bad}})
    faults = {(one["pointer"], one["line"]) for one in body["items"] if one["level"] == "fault"}
    assert ("/contents/email/en/html", 2) in faults
    assert {one["pointer"] for one in body["items"] if one["level"] == "warning"} >= {"/contents/email"}


def test_what_cannot_be_a_template_is_refused_with_pointers(api: Api) -> None:
    for body, pointer in (
        ({"name": ""}, "/name"),
        ({"name": "x", "key": "Not A Key"}, "/key"),
        (
            {"name": "x", "draft": {"contents": {"email": {"en": {"subject": 1}}}}},
            "/draft/contents/email/en/subject",
        ),
        ({"name": "x", "draft": {"contents": {"fax": {}}}}, "/draft/contents/fax"),
        (
            {"name": "x", "draft": {"contents": {"email": {"en": {"html": "a", "mjml": "b"}}}}},
            "/draft/contents/email/en",
        ),
        (
            {"name": "x", "draft": {"contents": {"sms": {"english!": {"text": "a"}}}}},
            "/draft/contents/sms/english!",
        ),
    ):
        status, answer = api("POST /templates", body)
        assert status == 422, body
        assert any(one.startswith(pointer) for one in pointers(answer)), answer
    # a key is there once
    api.made("One", key="one")
    status, answer = api("POST /templates", {"name": "Two", "key": "one"})
    assert (status, pointers(answer)) == (409, ["/key"])


def test_mjml_becomes_html(api: Api) -> None:
    mjml = (
        "<mjml><mj-body>{% if data.vip %}<mj-section><mj-column><mj-text>Dear {{ customer.first_name }} &amp; co"
        '</mj-text><mj-button href="{{ data.url }}">Go</mj-button></mj-column></mj-section>{% endif %}</mj-body></mjml>'
    )
    draft = {
        "contents": {"email": {"en": {"subject": "s", "preheader": "In {{ shop.name }}", "mjml": mjml}}},
        "sample": {"vip": True, "url": "https://kettle.test/go"},
    }
    asked = {"draft": draft, "channel": "email", "language": "en"}
    status, body = api("POST /templates/preview", asked)
    assert status == 200, body
    assert "Dear Ann &amp; co" in body["content"]["html"]
    assert 'href="https://kettle.test/go"' in body["content"]["html"]
    assert "{%" not in body["content"]["html"]
    assert "Go: https://kettle.test/go" in body["content"]["text"]
    assert (body["preheader"], body["missing"]) == ("In Kettle & Co", [])
    # what is no MJML is a finding
    asked["draft"] = {"contents": {"email": {"en": {"subject": "s", "mjml": "<mjml><mj-body>"}}}}
    status, body = api("POST /templates/preview", asked)
    assert (status, body["content"], body["findings"][0]["pointer"]) == (200, None, "/contents/email/en/mjml")


def test_a_preview_is_of_a_customer_or_an_invented_one(api: Api, now: datetime) -> None:
    customer = new_customer(api.tenant, now)
    asked = {"draft": DRAFT, "channel": "sms", "language": "en", "customer": customer}
    status, body = api("POST /templates/preview", asked)
    assert (status, body["content"]["text"], body["sms"]["segments"]) == (200, "Hi Ann", 1)
    assert api("POST /templates/preview", asked | {"customer": "cus_nobody"})[0] == 404
    assert api("POST /templates/preview", asked | {"language": "de"})[1]["content"] is None


def test_archived_templates_are_not_listed_and_not_sent(api: Api) -> None:
    one = api.made("Own digest", key="digest")["id"]
    api.published(one)
    assert compiled(api.tenant, "digest").version == 1
    # when it is deleted after it was published
    assert api("DELETE /templates/{template_id}", template_id=one)[0] == 204
    # then it is put away, and the library's is sent again
    assert api("GET /templates")[1]["items"] == []
    assert [row["id"] for row in api("GET /templates", query={"archived": "true"})[1]["items"]] == [one]
    assert compiled(api.tenant, "digest").version == -1
    # and what was sent of either can be shown
    assert "<h1>Hi Ann</h1>" in html_of(api.tenant, "digest", 1)
    assert compiled(api.tenant, "digest", -1).name == "Digest"
    # and it can be taken back
    assert api("POST /templates/{template_id}/unarchive", template_id=one)[1]["archived"] is False
    assert compiled(api.tenant, "digest").version == 1
    # one that was never published is gone
    other = api.made("Other")["id"]
    assert api("DELETE /templates/{template_id}", template_id=other)[0] == 204
    assert api("GET /templates/{template_id}", template_id=other)[0] == 404
    assert api.made("Other")["key"] == "other"


def test_the_library_is_taken_over_once(api: Api) -> None:
    status, body = api("GET /templates/library")
    keys = {entry["key"] for entry in body["items"]}
    assert {"order_confirmation", "double_opt_in", "digest"} <= keys
    for key in sorted(keys):
        status, adopted = api("POST /templates/library/{key}", key=key)
        assert (status, adopted["key"]) == (201, key)
        assert api("POST /templates/library/{key}", key=key)[1]["id"] == adopted["id"]
        api.published(adopted["id"])
    assert api("POST /templates/library/{key}", key="nothing")[0] == 404


def test_lists_go_page_by_page(api: Api) -> None:
    ids = [api.made(f"T{number}")["id"] for number in range(5)]
    found, cursor = [], None
    while True:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = api("GET /templates", query=query)[1]
        found += [row["id"] for row in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert sorted(found) == sorted(ids)
    assert api("GET /templates", query={"channel": "wallet"})[1]["items"] == []
    assert len(api("GET /templates", query={"channel": "sms", "limit": "100"})[1]["items"]) == 5
    assert api("POST /templates/{template_id}/duplicate", template_id=ids[0])[1]["draft"] == DRAFT


def test_another_tenant_sees_nothing(api: Api, other_api: Api) -> None:
    one = api.made()["id"]
    api.published(one)
    assert other_api("GET /templates")[1]["items"] == []
    for route, body in (
        ("GET /templates/{template_id}", None),
        ("PUT /templates/{template_id}", {"name": "x"}),
        ("DELETE /templates/{template_id}", None),
        ("POST /templates/{template_id}/publish", {}),
        ("POST /templates/{template_id}/duplicate", None),
        ("POST /templates/{template_id}/lint", {"all": True}),
        ("GET /templates/{template_id}/versions", None),
    ):
        assert other_api(route, body, template_id=one)[0] == 404, route
    assert other_api("GET /templates/{template_id}/versions/{number}", template_id=one, number=1)[0] == 404
    customer = {"caller_kind": "customer", "caller_id": "cus_1", "role": ""}
    assert api("GET /templates", caller=customer)[0] == 403
    assert api("POST /templates", {"name": "x"}, caller={"role": "viewer"})[0] == 403


def test_a_segment_that_a_template_asks_for_is_not_deleted_under_it(api: Api, now: datetime) -> None:
    given = segments.NewSegment.model_validate({"name": "Tasters", "kind": "static"})
    segment = segments.create_segment(api.tenant, given, now=now)
    text = f'{{% if in_segment("{segment.id}") %}}VIP{{% endif %}}Hi'
    one = api.made("VIP", draft={"contents": {"sms": {"en": {"text": text}}}})["id"]
    api.published(one)
    uses = segments.dependants(api.tenant, segment.id)
    assert [(use.kind, use.id) for use in uses] == [("template", one)]
    api(
        "PUT /templates/{template_id}",
        {"draft": {"contents": {"sms": {"en": {"text": "Hi"}}}}},
        template_id=one,
    )
    api.published(one)
    assert segments.dependants(api.tenant, segment.id) == []


def test_a_whole_audience_is_tried_and_gaps_are_listed(api: Api, now: datetime) -> None:
    # given three customers, one without a name
    named = [new_customer(api.tenant, now, f"c{number}@example.test") for number in range(2)]
    nameless = segments_free_customer(api.tenant, now)
    draft = {
        "contents": {"sms": {"en": {"text": "Hi {{ customer.first_name }} {{ data.code }}"}}},
        "sample": {},
    }
    one = api.made("Lint", draft=draft)["id"]
    # when the draft is checked for everybody
    status, job = api("POST /templates/{template_id}/lint", {"all": True}, template_id=one)
    assert (status, job["type"]) == (202, "templates.lint")
    (ended,) = run_jobs(api.tenant, now)
    # then who would see a gap is named
    assert ended.counts["checked"] == 3
    assert ended.counts["empty_name"] == 1
    assert ended.counts["gap:data.code"] == 3
    rows = lint_rows(api.tenant, ended.id)
    assert {row.customer_id for row in rows if row.problem == "empty_name"} == {nameless}
    assert {row.customer_id for row in rows if row.problem == "missing"} == {*named, nameless}
    assert S3Files(api.tenant).size(ended.files["result"]) > 100
    # and some can be named too
    status, job = api("POST /templates/{template_id}/lint", {"customers": named}, template_id=one)
    (again,) = run_jobs(api.tenant, now)
    assert again.counts["checked"] == 2
    assert len(list_jobs(api.tenant).items) == 2
    # an audience is one of three
    status, _body = api(
        "POST /templates/{template_id}/lint", {"all": True, "customers": named}, template_id=one
    )
    assert status == 422


def test_a_check_of_an_audience_goes_on_where_a_worker_stopped(api: Api, now: datetime) -> None:
    customers = [new_customer(api.tenant, now, f"c{number}@example.test") for number in range(3)]
    one = api.made("Lint")["id"]
    _status, job = api("POST /templates/{template_id}/lint", {"all": True}, template_id=one)
    # when each worker has time for one page only
    turns = 0
    while turn(api.tenant, job["id"], None, now, seconds_left=1).state in ("queued", "running"):
        turns += 1
    # then each customer is checked once
    assert turns > 10
    (ended,) = list_jobs(api.tenant).items
    assert (ended.state, ended.counts["checked"]) == ("succeeded", len(customers))


def test_a_test_goes_to_oneself_marked_and_untracked(api: Api, simulator: Simulated) -> None:
    one = api.made()["id"]
    wanted = {"to": "olga@kettle.test", "channel": "email", "language": "en"}
    status, body = api("POST /templates/{template_id}/test", wanted, template_id=one)
    assert (status, bool(body["message_id"])) == (200, True), body
    mail = simulator.mailbox.messages()[0]
    assert "[Test] Hello Ann" in str(mail)
    assert "kettle.test/tea" in str(mail)
    # what has no such content, or a fault, is refused
    status, body = api("POST /templates/{template_id}/test", wanted | {"language": "de"}, template_id=one)
    assert (status, pointers(body)) == (422, ["/draft/contents/email/de"])
    for wrong in ({"to": "a b"}, {"channel": "fax"}, {"language": "../x"}):
        assert api("POST /templates/{template_id}/test", wanted | wrong, template_id=one)[0] == 422


def segments_free_customer(tenant: Tenant, now: datetime) -> str:
    """A customer of whom only an address is known."""
    from regulars import customers
    from regulars.customers.model import Profile

    return customers.create(tenant, Profile(email="nameless@example.test"), now=now).id


def test_the_palette_knows_what_can_be_shown(api: Api) -> None:
    one = api.made()["id"]
    items = api("GET /templates/variables", query={"template": one})[1]["items"]
    assert {"customer.first_name", "shop.name", "data.url"} <= {item["path"] for item in items}


@pytest.mark.parametrize("number", ["0", "7", "x", "-1", "9999999"])
def test_a_version_that_is_not_there_is_404(api: Api, number: str) -> None:
    one = api.made()["id"]
    for route in (
        "GET /templates/{template_id}/versions/{number}",
        "POST /templates/{template_id}/versions/{number}/restore",
    ):
        assert api(route, template_id=one, number=number)[0] == 404
