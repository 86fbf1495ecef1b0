"""Partials over HTTP: written, included, used by, not taken from under a draft, of one tenant."""

from datetime import datetime
from typing import Any

import pytest

from regulars.kernel.clock import clock
from regulars.kernel.tenancy import Tenant
from regulars.messaging import Channel
from regulars.messaging.templates import PlainLinks, compiled
from regulars.messaging.templates.published import forget_templates
from tests.integration.http.test_templates import Api, Json, pointers
from tests.integration.pipeline.shop import new_customer, open_shop
from tests.integration.segments.working import run_jobs
from tests.simulated import Simulated

FOOTER: Json = {
    "en": {
        "html": "<p>{{ shop.name }}, 1 Tea Street</p>",
        "mjml": "<mj-section><mj-column><mj-text>{{ shop.name }}</mj-text></mj-column></mj-section>",
        "text": "-- {{ shop.name }}",
    },
    "de": {"html": "<p>{{ shop.name }}, Teeweg 1</p>"},
}


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


def made(api: Api, key: str = "footer", contents: Json = FOOTER) -> Json:
    status, body = api("POST /templates/partials", {"key": key, "name": key.title(), "contents": contents})
    assert status == 201, body
    return body


def mail(html: str, **more: Any) -> Json:
    return {"contents": {"email": {"en": {"subject": "Hi", "html": html}, **more}}}


def on(api: Api, method: str, key: str = "footer", body: Any = None, **how: Any) -> tuple[int, Any]:
    return api(f"{method} /templates/partials/{{key}}", body, key=key, **how)


def html_of(api: Api, key: str, language: str = "en", version: int = 0) -> str:
    content = compiled(api.tenant, key, version).content(Channel.EMAIL, language)
    context = {"customer": {"first_name": "Ann"}, "data": {}, "message": {}, "shop": {"name": "Kettle"}}
    return str(content.render(context, PlainLinks(content.static_links)).html)


def test_a_partial_is_written_read_changed_and_deleted(api: Api) -> None:
    # given a partial
    body = made(api)
    assert (body["key"], body["languages"], body["kinds"]) == (
        "footer",
        ["de", "en"],
        ["html", "mjml", "text"],
    )
    assert (body["contents"], body["used_by"], api.headers["etag"]) == (FOOTER, [], '"1"')
    # when it is renamed, and then written anew by who saw it before that
    status, named = on(api, "PUT", body={"name": "Foot"}, headers={"if-match": '"1"'})
    assert (status, named["name"], named["revision"]) == (200, "Foot", body["revision"])
    text = {"en": {"text": "Bye"}}
    assert on(api, "PUT", body={"contents": text}, headers={"if-match": '"1"'})[0] == 412
    status, changed = on(api, "PUT", body={"contents": text}, headers={"if-match": '"2"'})
    # then the texts are others
    assert (status, changed["contents"], changed["kinds"]) == (200, text, ["text"])
    assert changed["revision"] != body["revision"]
    assert on(api, "GET")[1] == changed
    # and it can be deleted
    assert on(api, "DELETE", headers={"if-match": '"1"'})[0] == 412
    assert on(api, "DELETE")[0] == 204
    for method, given in (("GET", None), ("PUT", {"name": "x"}), ("DELETE", None)):
        assert on(api, method, body=given)[0] == 404
    assert made(api)["key"] == "footer"
    status, answer = api("POST /templates/partials", {"key": "footer", "name": "Two", "contents": FOOTER})
    assert (status, pointers(answer)) == (409, ["/key"])


def test_a_creation_that_is_asked_for_again_gives_the_same_answer(api: Api) -> None:
    new = {"key": "footer", "name": "Footer", "contents": FOOTER}
    once = {"headers": {"idempotency-key": "k-1"}}
    first, again = (api("POST /templates/partials", new, **once) for _ in range(2))
    assert (first[0], again) == (201, first)
    assert api("POST /templates/partials", new)[0] == 409


def test_lists_go_page_by_page(api: Api) -> None:
    for key in ("c", "a", "b"):
        made(api, key)
    status, first = api("GET /templates/partials", query={"limit": "2"})
    assert (status, [one["key"] for one in first["items"]]) == (200, ["a", "b"])
    assert "contents" not in first["items"][0]
    rest = api("GET /templates/partials", query={"limit": "2", "cursor": first["next"]})[1]
    assert ([one["key"] for one in rest["items"]], rest["next"]) == (["c"], None)


@pytest.mark.parametrize(
    ("contents", "pointer", "words"),
    [
        ({"en": {"html": "a\n{% if x %}b"}}, "/contents/en/html", "endif"),
        ({"en": {"html": "a {{ b"}}, "/contents/en/html", "(line 1)"),
        ({"en": {"text": "{{ customer.frist_name }}"}}, "/contents/en/text", "customer.frist_name"),
        ({"en": {"text": "{{ ''.__class__ }}"}}, "/contents/en/text", "__class__"),
        ({"en": {"mjml": "<mj-section><mj-column>"}}, "/contents/en/mjml", "MJML"),
        ({"en": {"html": "x\n{% include 'nothing' %}"}}, "/contents/en/html", "“nothing” (line 2)"),
        ({"en": {"html": "{% include 'loop_a' %}"}}, "/contents/en/html", "include each other"),
        ({"en": {"html": "x" * 300_001}}, "/contents/en/html", "300000"),
        ({"en": {}}, "/contents", "no text"),
        ({}, "/contents", "no text"),
        ({"english!": {"text": "x"}}, "/contents/english!", ""),
        (
            {"en": {"text": "".join("{% include 'p" + str(one) + "' %}" for one in range(51))}},
            "/contents",
            "50",
        ),
    ],
)
def test_a_partial_with_faults_is_refused_with_pointers(
    api: Api, contents: Json, pointer: str, words: str
) -> None:
    status, body = api("POST /templates/partials", {"key": "loop_a", "name": "x", "contents": contents})
    assert (status, pointers(body)) == (422, [pointer] if "!" not in pointer else pointers(body))
    assert body["errors"][0]["pointer"].startswith(pointer)
    assert words in body["errors"][0]["detail"]


def test_what_is_typed_is_checked_without_being_saved(api: Api) -> None:
    made(api, "a", {"en": {"text": "x"}})
    asked = {
        "key": "a",
        "contents": {"en": {"html": '{{ item.name }}<img src="x">', "text": "{% include 'a' %}"}},
    }
    status, body = api("POST /templates/partials/check", asked)
    assert status == 200
    assert [(one["level"], one["pointer"]) for one in body["items"]] == [
        ("fault", "/contents/en/text"),
        ("warning", "/contents/en/html"),
        ("warning", "/contents/en/html"),
    ]
    assert "a → a" in body["items"][0]["detail"]
    assert api("GET /templates/partials")[1]["items"][0]["revision"] == on(api, "GET", "a")[1]["revision"]


def test_partials_cannot_come_to_include_each_other(api: Api) -> None:
    made(api, "a", {"en": {"text": "A"}})
    made(api, "b", {"en": {"text": "B {% include 'a' %}"}})
    status, body = on(api, "PUT", "a", {"contents": {"en": {"text": "\n{% include 'b' %}"}}})
    assert (status, pointers(body)) == (422, ["/contents/en/text"])
    assert "a → b → a" in body["errors"][0]["detail"]
    assert body["errors"][0]["detail"].endswith("(line 2)")


def test_a_version_has_the_partials_as_they_were_when_it_was_published(api: Api) -> None:
    # given a template that includes a partial, which includes another
    made(api, "street", {"en": {"html": "1 Tea Street", "text": "1 Tea Street"}})
    made(api, "foot", {"en": {"html": "<i>{% include 'street' %}</i>"}, "de": {"html": "<i>Teeweg</i>"}})
    draft = mail(
        "{% if customer.first_name %}<p>{% include 'foot' %}</p>{% endif %}",
        de={"subject": "{% include 'street' %}", "html": "{% include 'foot' %}"},
        fr={"subject": "F", "html": "{% include 'foot' %}"},
    )
    one = api.made("News", key="news", draft=draft)
    assert one["includes"] == ["foot", "street"]
    api.published(one["id"])
    assert "<p><i>1 Tea Street</i></p>" in html_of(api, "news")
    assert "<i>Teeweg</i>" in html_of(api, "news", "de")
    assert "<i>1 Tea Street</i>" in html_of(api, "news", "fr")
    # when the inner one changes
    new = {"contents": {"en": {"html": "2 Tea Street", "text": "2"}}}
    _status, street = on(api, "PUT", "street", new)
    # then what is sent stays, the draft shows the new one, and it is told which versions have the older one
    forget_templates()
    assert "1 Tea Street" in html_of(api, "news")
    asked = {"draft": draft, "channel": "email", "language": "en"}
    assert "2 Tea Street" in api("POST /templates/preview", asked)[1]["content"]["html"]
    assert [(use["kind"], use["id"], use["draft"], use["older"]) for use in street["used_by"]] == [
        ("partial", "foot", True, False),
        ("template", one["id"], True, True),
    ]
    assert (street["used_by"][1]["published"], street["used_by"][1]["changed"]) == (1, False)
    # and publishing again takes it in, the first version never
    api.published(one["id"])
    assert "2 Tea Street" in html_of(api, "news")
    assert "1 Tea Street" in html_of(api, "news", version=1)
    assert [use["older"] for use in on(api, "GET", "street")[1]["used_by"]] == [False, False]
    # and what was written is kept as it was written
    source = api("GET /templates/{template_id}/versions/{number}", template_id=one["id"], number=1)[1][
        "source"
    ]
    assert source == draft


def test_a_partial_that_a_draft_includes_is_not_deleted_under_it(api: Api) -> None:
    made(api, "street", {"en": {"html": "1 Tea Street"}})
    made(api, "foot", {"en": {"html": "{% include 'street' %}"}})
    one = api.made("News", draft=mail("{% include 'foot' %}"))["id"]
    api.published(one)
    for key, users in (("foot", [f"/templates/{one}"]), ("street", ["/partials/foot", f"/templates/{one}"])):
        status, body = on(api, "DELETE", key)
        assert (status, pointers(body)) == (409, users)
        assert "News" in body["detail"]
    # when the draft includes it no longer
    api("PUT /templates/{template_id}", {"draft": mail("Hi")}, template_id=one)
    # then it can go, and what is sent stays
    assert on(api, "GET", "foot")[1]["used_by"][0]["draft"] is False
    assert on(api, "DELETE", "foot")[0] == 204
    forget_templates()
    assert "1 Tea Street" in html_of(api, "news")
    # and a version that is gone back to says what is missing
    api("POST /templates/{template_id}/versions/{number}/restore", template_id=one, number=1)
    status, body = api("POST /templates/{template_id}/publish", {}, template_id=one)
    assert (status, pointers(body)) == (422, ["/draft/contents/email/en/html"])


def test_faults_have_their_place_in_the_template_and_name_the_partial(api: Api) -> None:
    made(api, "row", {"en": {"html": "\n{{ item.name }}\n", "mjml": "<mj-text>{{ item.name }}</mj-text>"}})
    draft = mail(
        "<p>\n{% include 'row' %}\n{% include 'gone' %}</p>",
        de={"subject": "x", "html": "\n{% include 'row' %}"},
    )
    draft["contents"]["sms"] = {"en": {"text": "a\n{% include 'row' %}"}}
    draft["contents"]["email"]["pl"] = {
        "subject": "x",
        "mjml": "<mjml><mj-body><mj-section>\n<mj-column>{% include 'row' %}</mj-column></mj-section></mj-body></mjml>",
    }
    faults = {
        (one["pointer"], one["line"]): one["detail"]
        for one in api("POST /templates/check", {"draft": draft})[1]["items"]
        if one["level"] == "fault"
    }
    assert set(faults) == {
        ("/contents/email/en/html", 3),
        ("/contents/email/de/html", 2),
        ("/contents/email/pl/mjml", 2),
        ("/contents/sms/en/text", 2),
    }
    assert faults["/contents/email/en/html", 3] == "there is no partial “gone”"
    assert faults["/contents/email/de/html", 2].startswith("in the partial “row”, line 2: there is no “item”")
    assert faults["/contents/email/pl/mjml", 2].startswith("in the partial “row”, line 1: there is no “item”")
    assert faults["/contents/sms/en/text", 2] == "the partial “row” has nothing for plain text"
    # and a preview, a test and a check of an audience say so too
    asked = {"draft": draft, "channel": "email", "language": "en"}
    preview = api("POST /templates/preview", asked)[1]
    assert (preview["content"], [one["line"] for one in preview["findings"]]) == (None, [3])
    one = api.made(draft=draft)["id"]
    to = {"to": "olga@kettle.test", "channel": "email", "language": "en"}
    status, body = api("POST /templates/{template_id}/test", to, template_id=one)
    assert (status, pointers(body)) == (422, ["/draft/contents/email/en/html"])
    status, body = api("POST /templates/{template_id}/lint", {"all": True}, template_id=one)
    assert (status, sorted(pointers(body))) == (
        422,
        ["/draft/contents/email/en/html", "/draft/contents/sms/en/text"],
    )


def test_limits_count_what_is_put_in(api: Api) -> None:
    made(api, "long", {"en": {"html": "x" * 200_000, "text": "y" * 1001}})
    html = "{% include 'long' %}" * 2
    draft = {"contents": {"email": {"en": {"subject": "{% include 'long' %}", "html": html}}}}
    found = api("POST /templates/check", {"draft": draft})[1]["items"]
    faults = {one["pointer"]: one["detail"] for one in found if one["level"] == "fault"}
    assert set(faults) == {"/contents/email/en/subject", "/contents/email/en/html"}
    assert all("with its partials" in detail for detail in faults.values())


def test_a_mail_in_mjml_takes_partials_in_mjml(api: Api) -> None:
    made(api)
    made(api, "ends", {"en": {"mjml": "<mj-raw>{% include 'footer' %}</mj-raw>"}})
    # given one that is included by another, as the builder writes code between elements
    mjml = "<mjml><mj-body>\n<mj-raw>\n{% include 'ends' %}</mj-raw>\n</mj-body></mjml>"
    draft = {"contents": {"email": {"en": {"subject": "s", "mjml": mjml}}}}
    asked = {"draft": draft, "channel": "email", "language": "en"}
    body = api("POST /templates/preview", asked)[1]
    assert "Kettle &amp; Co" in body["content"]["html"], body
    assert "<mj-" not in body["content"]["html"]
    assert body["content"]["html"].count("<table") > 1


def test_an_audience_is_tried_with_the_partials_in_their_places(api: Api, now: datetime) -> None:
    customer = new_customer(api.tenant, now)
    made(api, "code", {"en": {"text": "{{ data.code }}"}})
    one = api.made(draft={"contents": {"sms": {"en": {"text": "Hi {% include 'code' %}"}}}})["id"]
    api("POST /templates/{template_id}/lint", {"customers": [customer]}, template_id=one)
    (ended,) = run_jobs(api.tenant, now)
    assert (ended.counts["checked"], ended.counts["gap:data.code"]) == (1, 1)


def test_a_test_shows_the_partials(api: Api, simulator: Simulated) -> None:
    made(api)
    one = api.made(draft=mail("<b>{% include 'footer' %}</b>"))["id"]
    to = {"to": "olga@kettle.test", "channel": "email", "language": "en"}
    assert api("POST /templates/{template_id}/test", to, template_id=one)[0] == 200
    assert "1 Tea Street" in str(simulator.mailbox.messages()[0])


def test_another_tenant_neither_sees_nor_includes_it(api: Api, other_api: Api) -> None:
    made(api)
    api.made("News", draft=mail("{% include 'footer' %}"))
    assert other_api("GET /templates/partials")[1]["items"] == []
    for method, body in (("GET", None), ("PUT", {"name": "x"}), ("DELETE", None)):
        assert on(other_api, method, body=body)[0] == 404
    draft = mail("{% include 'footer' %}")
    found = other_api("POST /templates/check", {"draft": draft})[1]["items"]
    assert "there is no partial “footer”" in {one["detail"] for one in found}
    # and one of the same key is another, used by nobody
    mine = made(other_api, contents={"en": {"html": "Other"}})
    assert mine["used_by"] == []
    asked = {"draft": draft, "channel": "email", "language": "en"}
    assert "Other" in other_api("POST /templates/preview", asked)[1]["content"]["html"]
    assert on(other_api, "DELETE")[0] == 204
    assert on(api, "GET")[1]["contents"] == FOOTER


def test_who_may_only_read_writes_no_partials(api: Api) -> None:
    made(api)
    agent = {"caller": {"role": "agent"}}
    assert on(api, "GET", **agent)[0] == 200
    assert on(api, "PUT", body={"name": "x"}, **agent)[0] == 403
    assert on(api, "DELETE", **agent)[0] == 403
    assert api("POST /templates/partials", {"key": "x", "name": "x", "contents": FOOTER}, **agent)[0] == 403
    assert on(api, "GET", caller={"role": "viewer"})[0] == 403
