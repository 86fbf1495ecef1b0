"""The pages of segments, with the use cases behind them played by a fake."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest

from console import shell
from console.handler import handler
from console.pages.segments import _admitted
from console.shell import Shop
from console.web import Request
from regulars import segments
from regulars.customers import Facts
from regulars.kernel.errors import ConflictError, Fault, InvalidError, NotFoundError
from regulars.kernel.http.caller import Call, Caller
from regulars.kernel.tenancy import Tenant
from regulars.segments import Kind, Preview, PreviewCustomer, Segment, Status
from regulars.segments.fields import FIELD_OF
from regulars.segments.kinds import KIND_OF
from regulars.segments.rules import Explanation, Vocabulary
from tests.unit.console.fakes import FakeUseCases

T = TypeVar("T")
TENANT = Tenant("ten_01KAZZZZZZZZZZZZZZZZZZZZZZ")
NOW = datetime(2026, 11, 21, tzinfo=UTC)
RULE = {
    "version": 1,
    "root": {"type": "field", "field": "total_spent", "is": {"operator": "at_least", "value": 50_000}},
}
LOYAL = Segment("seg_1", "Loyal", Kind.DYNAMIC, RULE, NOW, NOW, version=3)


@dataclass
class Fake(FakeUseCases):
    """The use cases that the pages call; `refusal` is raised by those that write and by the preview."""

    known: list[Segment] = field(default_factory=lambda: [LOYAL])
    found: Preview = field(default_factory=lambda: Preview(0, True, 0, 0, 0, []))

    def list_segments(self, tenant: Tenant, now: datetime) -> list[Segment]:
        return self.known

    def get_segment(self, tenant: Tenant, segment_id: str) -> Segment:
        for one in self.known:
            if one.id == segment_id:
                return one
        raise NotFoundError

    def vocabulary_of(self, tenant: Tenant) -> Vocabulary:
        return Vocabulary(FIELD_OF, KIND_OF)

    def preview(self, tenant: Tenant, rule: Any, **asked: Any) -> Preview:
        return self._write((rule, asked.get("compare_to")), self.found)

    def create_segment(self, tenant: Tenant, given: Any, **more: Any) -> Segment:
        return self._write(given, replace(LOYAL, id="seg_2", name=given.name))

    def change_segment(self, tenant: Tenant, segment_id: str, change: Any, **more: Any) -> Segment:
        return self._write((change, more["version"]), LOYAL)

    def delete_segment(self, tenant: Tenant, segment_id: str, **more: Any) -> None:
        self._write(segment_id, segment_id)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Fake:
    made = Fake()
    made._stand_in(monkeypatch, segments)
    shop = Shop("Gifts", ZoneInfo("Europe/London"), "GBP")
    for module in ("shell", "segment_views", "pages.segment_build"):
        monkeypatch.setattr(f"console.{module}.shop_of", lambda request: shop)
    monkeypatch.setattr(shell, "person_of", lambda request: shell.Person("Olga", "owner"))
    return made


def ask(method: str, path: str, *, role: str = "marketer", query: str = "", **form: str) -> dict[str, Any]:
    event = {
        "rawQueryString": query,
        "headers": {"content-type": "application/x-www-form-urlencoded", "origin": "https://regulars.test"},
        "requestContext": {
            "requestId": "req-1",
            "http": {"method": method, "path": f"/console/segments{path}"},
            "authorizer": {
                "lambda": {"tenant": TENANT.id, "caller_kind": "staff", "caller_id": "stf_1", "role": role}
            },
        },
        "body": urlencode(form),
    }
    return handler(event, None)


def test_the_builder_of_a_segment_has_its_rule_without_what_was_noted_in_it(fake: Fake) -> None:
    noted = json.loads(json.dumps(RULE))
    noted["root"]["holds"] = "number"
    fake.known = [replace(LOYAL, rule=noted)]
    body = ask("GET", "/seg_1/edit")["body"]
    assert "&#34;total_spent&#34;" in body
    assert "holds" not in body.partition('name="rule"')[2].partition(">")[0]
    assert 'name="version" value="3"' in body


def test_a_viewer_may_look_but_not_build(fake: Fake) -> None:
    for path in ("/new", "/seg_1/edit"):
        assert ask("GET", path, role="viewer")["statusCode"] == 403


def test_a_rule_that_is_counted_comes_with_whom_it_means_and_why(fake: Fake) -> None:
    facts = Facts(TENANT, "cus_1", "active", NOW, name="Ada <b>", spent=61_250, currency="GBP")
    why = Explanation(True, "field", "Total spent", 61_250, "is at least 50000", "/root", (), None)
    one = PreviewCustomer("cus_1", facts.name, facts, why)
    fake.found = Preview(12, False, 100, 400, 3, [one], 2, 1, [one], [])
    told = json.loads(ask("POST", "/preview", rule=json.dumps(RULE), id="seg_1")["body"])
    assert told["faults"] == []
    for words in ("≈ 12", "± 3", "Total spent is at least £500.00", "£612.50", "Ada &lt;b&gt;", "+2", "−1"):
        assert words in told["html"]
    assert fake.written == [(RULE, "seg_1")]


@pytest.mark.parametrize("text", ["nonsense", "[]", "[" * 20_000])
def test_what_is_no_rule_is_refused_without_asking_further(fake: Fake, text: str) -> None:
    told = json.loads(ask("POST", "/preview", rule=text)["body"])
    assert told["faults"][0]["pointer"] == "/rule"
    assert fake.written == []


def test_a_faults_place_reaches_the_builder(fake: Fake) -> None:
    fake.refusal = InvalidError("no", [Fault("/rule/root/of/2/is/value", "must be a number")])
    told = json.loads(ask("POST", "/preview", rule=json.dumps(RULE))["body"])
    assert told["faults"] == [{"pointer": "/rule/root/of/2/is/value", "detail": "Must be a number"}]


def test_saving_what_is_refused_shows_the_form_again_as_it_was_filled(fake: Fake) -> None:
    fake.refusal = ConflictError("taken", [Fault("/name", "another segment is named so")])
    answer = ask("POST", "/new", name="Loyal", rule=json.dumps(RULE))
    assert answer["statusCode"] == 409
    assert "Another segment is named so" in answer["body"]
    assert 'data-dirty="yes"' in answer["body"]


def test_an_edit_names_the_version_that_it_saw_and_tells_nobody_unless_asked(fake: Fake) -> None:
    answer = ask("POST", "/seg_1/edit", name="Loyal", description="", rule=json.dumps(RULE), version="3")
    assert answer["headers"]["location"] == "/console/segments/seg_1"
    (change, version), *_ = fake.written
    assert (change.rule, change.notify, version) == (RULE, False, 3)
    ask("POST", "/seg_1/edit", name="Loyal", rule=json.dumps(RULE), version="3", notify="yes")
    assert fake.written[1][0].notify


def test_a_segment_that_is_used_stays_and_says_by_whom(fake: Fake) -> None:
    fake.refusal = ConflictError("it is used by the segment “VIP”")
    answer = ask("POST", "/seg_1/delete")
    assert answer["headers"]["location"] == "/console/segments/seg_1"
    assert "VIP" in str(answer["cookies"]) or "%E2%80%9CVIP" in str(answer["cookies"])


def test_the_list_is_sifted_by_words_kind_and_state() -> None:
    def admitted(**query: str) -> bool:
        call = Call(Caller("staff", "stf_1", None, frozenset()), {}, NOW)
        return _admitted(Request(call, "GET", "/console/segments", {}, {}, query, {}), LOYAL)

    assert admitted()
    assert admitted(q="LOY", kind="dynamic", state=Status.READY.value)
    assert not admitted(kind="static")
    assert not admitted(kind="prebuilt")
    assert not admitted(state="evaluating")
