"""The pages of partials, with the use cases behind them played by a fake."""

import json
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from console import shell
from console.shell import Shop
from regulars import messaging
from regulars.kernel.errors import ConflictError, Fault, InvalidError, StaleError
from regulars.kernel.pagination import Page
from regulars.kernel.tenancy import Tenant
from regulars.messaging import Finding, Partial, PartialText, PartialUse, Template
from tests.unit.console.fakes import FakeUseCases
from tests.unit.console.test_template_pages import NOW, SPRING, ask

FOOTER = Partial(
    "footer",
    "Footer <i>",
    "At the end",
    ("de", "en"),
    ("html", "text"),
    (),
    "r1",
    NOW,
    "",
    NOW,
    {"en": PartialText(html="<p>Bye</p>", text="Bye"), "de": PartialText(html="<p>Tschüss</p>")},
    (
        PartialUse("partial", "card", "Card"),
        PartialUse("template", "tpl_1", "Spring <sale>", published=2, older=True),
        PartialUse("template", "tpl_2", "Summer", published=3, older=True, changed=True),
        PartialUse("template", "tpl_3", "Autumn", draft=False, published=1),
    ),
    version=4,
)


@dataclass
class Fake(FakeUseCases):
    """The use cases that the pages call; `refusal` is raised by those that write."""

    known: list[Partial] = field(default_factory=lambda: [FOOTER])
    findings: list[Finding] = field(default_factory=list)
    template: Template = field(default_factory=lambda: replace(SPRING, changed=False))

    def list_partials(self, tenant: Tenant, **more: Any) -> Page[Partial]:
        return Page(self.known)

    def get_partial(self, tenant: Tenant, key: str) -> Partial:
        return next(one for one in self.known if one.key == key)

    def create_partial(self, tenant: Tenant, new: Any, **more: Any) -> Partial:
        return self._write(new, replace(FOOTER, key=new.key))

    def change_partial(self, tenant: Tenant, key: str, change: Any, **more: Any) -> Partial:
        return self._write((change, more["version"]), FOOTER)

    def delete_partial(self, tenant: Tenant, key: str) -> None:
        self._write(key, FOOTER)

    def check_partial(self, tenant: Tenant, contents: Any, key: str) -> list[Finding]:
        self.written.append((contents, key))
        return self.findings

    def get_template(self, tenant: Tenant, template_id: str) -> Template:
        return self.template

    def publish_template(self, tenant: Tenant, template_id: str, **more: Any) -> Template:
        self._write((template_id, more["version"], more["note"]), FOOTER)
        return replace(SPRING, published=3)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Fake:
    made = Fake()
    made._stand_in(monkeypatch, messaging)
    monkeypatch.setattr(shell, "shop_of", lambda request: Shop("Gifts", ZoneInfo("Europe/London"), "GBP"))
    monkeypatch.setattr(shell, "person_of", lambda request: shell.Person("Olga", "owner"))
    return made


def test_the_list_shows_what_each_is(fake: Fake) -> None:
    body = ask("GET", "/partials")["body"]
    for words in ("Footer &lt;i&gt;", "At the end", "HTML, Plain text", "German, English", "1 partial"):
        assert words in body
    fake.known = []
    body = ask("GET", "/partials")["body"]
    assert "No partials yet" in body
    assert 'href="/console/templates/new-partial"' in body


def test_the_editor_shows_one_language_and_who_uses_it(fake: Fake) -> None:
    body = ask("GET", "/partials/footer")["body"]
    for words in (
        "{% include &#34;footer&#34; %}",
        "&lt;p&gt;Bye&lt;/p&gt;",
        'value="4"',
        "Spring &lt;sale&gt;",
    ):
        assert words in body
    assert "Tschüss" in ask("GET", "/partials/footer", query="language=de")["body"]
    # a template whose draft is what is sent can be published again from here, one that has other changes cannot
    assert body.count("was published with an older text") == 2
    assert body.count("Publish again: ") == 1
    assert "Its draft has other changes too" in body
    assert "Only version 1, which is sent, has it" in body


def test_a_language_is_saved_beside_the_others_at_the_version_seen(fake: Fake) -> None:
    answer = ask(
        "POST", "/partials/footer", name="Foot", language="de", html="<p>Servus</p>\r\n", text="", version="4"
    )
    assert answer["headers"]["location"] == "/console/templates/partials/footer?language=de"
    assert "2%20published%20with%20an%20older%20text" in str(answer["cookies"])
    ((change, version),) = fake.written
    assert version == 4
    assert (change.name, change.contents["de"].html) == ("Foot", "<p>Servus</p>\n")
    assert change.contents["en"] == FOOTER.contents["en"]
    # a language of which nothing is left goes
    ask("POST", "/partials/footer", name="Foot", language="de", version="4")
    assert set(fake.written[1][0].contents) == {"en"}


def test_what_is_refused_keeps_what_was_typed_and_says_why_at_its_field(fake: Fake) -> None:
    fake.refusal = InvalidError(
        "no", [Fault("/contents/en/html", "is not closed"), Fault("/contents/de/text", "is empty")]
    )
    answer = ask("POST", "/partials/footer", name="Foot", language="en", html="<b>{% if", version="4")
    assert answer["statusCode"] == 422
    field_of = answer["body"].partition('id="f-html"')[2].partition("</div></div>")[0]
    assert "Is not closed" in field_of
    assert "&lt;b&gt;{% if" in field_of
    assert "German · Plain text: is empty" in answer["body"]
    fake.refusal = StaleError()
    assert ask("POST", "/partials/footer", name="Foot", html="x", version="3")["statusCode"] == 412


def test_a_new_one_is_made_with_its_first_text(fake: Fake) -> None:
    assert ask("GET", "/new-partial")["statusCode"] == 200
    answer = ask("POST", "/new-partial", key="card", name="Card", language="pl", mjml="<mj-text>x</mj-text>")
    assert answer["headers"]["location"] == "/console/templates/partials/card?language=pl"
    assert fake.written[0].contents["pl"].mjml == "<mj-text>x</mj-text>"
    refused = ask("POST", "/new-partial", key="Not a key", name="Card", html="x")
    assert refused["statusCode"] == 422
    assert 'id="e-key"' in refused["body"]


def test_findings_come_while_it_is_typed_with_their_fields(fake: Fake) -> None:
    fake.findings = [
        Finding("/contents/en/html", "fault", "is not closed", 3),
        Finding("/contents", "warning", "is long"),
    ]
    answer = ask("POST", "/partials/footer/check", language="en", html="<b>")
    assert json.loads(answer["body"])["findings"] == [
        {"field": "html", "level": "fault", "text": "Is not closed (line 3)"},
        {"field": "", "level": "warning", "text": "Is long"},
    ]
    ((contents, key),) = fake.written
    assert (contents["en"].html, key) == ("<b>", "footer")
    # nothing typed has nothing wrong with it, and what is no language is said
    assert json.loads(ask("POST", "/new-partial/check", language="en")["body"]) == {"findings": []}
    told = json.loads(ask("POST", "/new-partial/check", language="x!", html="a")["body"])["findings"]
    assert [one["level"] for one in told] == ["fault"]


def test_one_that_is_in_use_is_not_deleted(fake: Fake) -> None:
    fake.refusal = ConflictError("it is included by the template “Spring”")
    answer = ask("POST", "/partials/footer/delete")
    assert answer["headers"]["location"] == "/console/templates/partials/footer"
    assert "Not%20deleted" in str(answer["cookies"])
    fake.refusal = None
    assert ask("POST", "/partials/footer/delete")["headers"]["location"] == "/console/templates/partials"


def test_a_template_is_published_again_as_it_stands_only(fake: Fake) -> None:
    answer = ask("POST", "/partials/footer/publish", template="tpl_1")
    assert "Version%203" in str(answer["cookies"])
    assert fake.written == [("tpl_1", 7, "With the newer “footer”")]
    # when somebody has begun to change it
    fake.template = SPRING
    answer = ask("POST", "/partials/footer/publish", template="tpl_1")
    # then it is not published
    assert "was%20not%20published" in str(answer["cookies"])
    assert len(fake.written) == 1


def test_who_may_only_read_sees_the_texts_and_no_button(fake: Fake) -> None:
    body = ask("GET", "/partials/footer", role="agent")["body"]
    assert "readonly" in body
    for words in ("Publish again", "Delete", "partial_editor"):
        assert words not in body
    for path in ("/partials/footer", "/partials/footer/delete", "/partials/footer/publish", "/new-partial"):
        assert ask("POST", path, role="agent")["statusCode"] == 403
