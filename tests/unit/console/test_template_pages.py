"""The pages of templates, with the use cases behind them played by a fake."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest

from console import shell, standing
from console.handler import handler
from console.pages import template, template_builder, template_preview
from console.shell import Shop
from console.template_views import elsewhere, place_of
from regulars import messaging
from regulars.kernel.errors import Fault, InvalidError, StaleError
from regulars.kernel.pagination import Page
from regulars.kernel.tenancy import Tenant
from regulars.messaging import (
    Channel,
    Finding,
    LibraryEntry,
    MessagingSettings,
    Partial,
    Preview,
    Template,
    TemplateVersion,
    Variable,
    standing_store,
)
from regulars.messaging.content import EmailContent, SmsContent
from regulars.messaging.templates.sizes import SmsSize
from regulars.messaging.templates.source import TemplateSource
from tests.unit.console.fakes import FakeUseCases

T = TypeVar("T")
TENANT = Tenant("ten_01KAZZZZZZZZZZZZZZZZZZZZZZ")
NOW = datetime(2026, 11, 21, tzinfo=UTC)
MJML = "<mjml><mj-body></mj-body></mjml>"
SOURCE = TemplateSource.model_validate(
    {
        "contents": {
            "email": {
                "en": {"subject": "Hello <b>", "mjml": MJML},
                "de": {"subject": "Hallo", "html": "<p>"},
            },
            "sms": {"en": {"text": "Hi"}},
        },
        "sample": {"items": [{"name": "Mug"}]},
    }
)
SPRING = Template(
    "tpl_1",
    "spring",
    "Spring <sale>",
    "promotions",
    NOW,
    NOW,
    channels=(Channel.EMAIL, Channel.SMS),
    languages=("de", "en"),
    published=2,
    changed=True,
    draft=SOURCE,
    version=7,
)
FOOTER = Partial("footer", "Footer <i>", "", ("en",), ("html",), (), "r1", NOW, "", NOW)
MAIL = Preview(Channel.EMAIL, "en", EmailContent("Hello Ada", "<p>Dear Ada</p>", "Dear Ada"), "Soon")


@dataclass
class Fake(FakeUseCases):
    """The use cases that the pages call; `refusal` is raised by those that write."""

    known: list[Template] = field(default_factory=lambda: [SPRING])
    shown: Preview = MAIL
    findings: list[Finding] = field(default_factory=list)
    outdated: list[str] = field(default_factory=list)

    def list_templates(self, tenant: Tenant, *, archived: bool, **more: Any) -> Page[Template]:
        return Page([one for one in self.known if one.archived == archived])

    def get_template(self, tenant: Tenant, template_id: str) -> Template:
        return next(one for one in self.known if one.id == template_id)

    def change_template(self, tenant: Tenant, template_id: str, change: Any, **more: Any) -> Template:
        return self._write((change, more.get("version")), replace(SPRING, version=8))

    def publish_template(self, tenant: Tenant, template_id: str, **more: Any) -> Template:
        return self._write(more, replace(SPRING, published=3, changed=False))

    def archive_template(self, tenant: Tenant, template_id: str, **more: Any) -> Template:
        return self._write(more, replace(SPRING, archived=more["archived"]))

    def template_versions(self, tenant: Tenant, template_id: str) -> list[TemplateVersion]:
        return [self.template_version(tenant, template_id, number) for number in (1, 2)]

    def template_version(self, tenant: Tenant, template_id: str, number: int) -> TemplateVersion:
        text = "Hello" if number == 1 else "Hello <i>"
        given = {"contents": {"email": {"en": {"subject": text, "mjml": MJML}}}}
        return TemplateVersion(
            number, NOW, "staff:stf_1", "", "Spring", "promotions", TemplateSource.model_validate(given)
        )

    def check_template(self, tenant: Tenant, source: TemplateSource, category: str) -> list[Finding]:
        return self.findings

    def preview_template(self, tenant: Tenant, source: TemplateSource, **asked: Any) -> Preview:
        self.written.append((source, asked))
        return self.shown

    def template_variables(self, tenant: Tenant, sample: Any = None) -> list[Variable]:
        return [
            Variable("customer.first_name", "First name", "Ada", "text"),
            Variable("data.items", "Items", "", "list"),
        ]

    def list_partials(self, tenant: Tenant, **more: Any) -> Page[Partial]:
        return Page([FOOTER])

    def outdated_partials(self, tenant: Tenant, template: Template) -> list[str]:
        return self.outdated

    def template_library(self) -> list[LibraryEntry]:
        return [
            LibraryEntry(
                "welcome_1", "Welcome", "After signing up", "promotions", (Channel.EMAIL,), ("en",), False
            )
        ]

    def library_source(self, key: str) -> TemplateSource:
        return SOURCE

    def messaging_settings(self, tenant: Tenant) -> MessagingSettings:
        return MessagingSettings()


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Fake:
    made = Fake()
    made._stand_in(monkeypatch, messaging)
    shop = Shop("Gifts", ZoneInfo("Europe/London"), "GBP")
    for module in (shell, standing, template_preview, template_builder):
        monkeypatch.setattr(module, "shop_of", lambda request: shop)
    monkeypatch.setattr(shell, "person_of", lambda request: shell.Person("Olga", "owner"))
    monkeypatch.setattr(standing_store, "paused_why", lambda tenant: "")
    shop_settings = SimpleNamespace(
        sender=SimpleNamespace(name="Gifts"), branding=SimpleNamespace(colour="#0b6448", logo_url="")
    )
    for module in (template_preview, template_builder):
        monkeypatch.setattr(module, "settings_of", lambda tenant: shop_settings)
    for module in (template, template_builder):
        monkeypatch.setattr(module, "list_segments", lambda tenant, now: [])
    return made


def ask(
    method: str, path: str, *, role: str = "marketer", query: str = "", accept: str = "", **form: str
) -> dict[str, Any]:
    event = {
        "rawQueryString": query,
        "headers": {
            "content-type": "application/x-www-form-urlencoded",
            "origin": "https://regulars.test",
            "accept": accept,
        },
        "requestContext": {
            "requestId": "req-1",
            "http": {"method": method, "path": f"/console/templates{path}"},
            "authorizer": {
                "lambda": {"tenant": TENANT.id, "caller_kind": "staff", "caller_id": "stf_1", "role": role}
            },
        },
        "body": urlencode(form),
    }
    return handler(event, None)


def keep(**form: str) -> dict[str, Any]:
    return ask("POST", "/tpl_1/draft", accept="application/json", **form)


def test_the_list_shows_what_each_is_and_sifts(fake: Fake) -> None:
    body = ask("GET", "")["body"]
    for words in ("Spring &lt;sale&gt;", "Email, SMS", "German, English", "Changed since", "Offers"):
        assert words in body
    assert "No template matches" in ask("GET", "", query="channel=push")["body"]
    assert "Spring &lt;sale&gt;" in ask("GET", "", query="q=SPRI&status=changed&category=promotions")["body"]


def test_a_shop_without_templates_is_led_to_the_library(fake: Fake) -> None:
    fake.known = []
    body = ask("GET", "")["body"]
    assert "No templates of your own yet" in body
    assert 'href="/console/templates/library"' in body


def test_a_draft_is_saved_piece_by_piece_at_the_version_seen(fake: Fake) -> None:
    answer = keep(channel="email", language="en", subject="Spring", mjml=MJML, sample='{"a": 1}', version="7")
    assert json.loads(answer["body"]) == {"version": "8", "status": "Changed since"}
    ((change, version),) = fake.written
    assert version == 7
    assert change.draft.contents.email["en"].subject == "Spring"
    assert change.draft.contents.email["de"].html == "<p>"
    assert change.draft.contents.sms["en"].text == "Hi"
    assert change.draft.sample == {"a": 1}


def test_somebody_elses_draft_is_not_written_over(fake: Fake) -> None:
    fake.refusal = StaleError()
    told = json.loads(keep(channel="email", language="en", subject="Mine", version="6")["body"])
    assert told["stale"] is True
    assert "Changed by somebody else" in told["problem"]


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"channel": "email", "language": "en", "subject": "x" * 1001}, "subject"),
        ({"channel": "email", "language": "en", "sample": "[1]"}, "JSON object"),
        ({"channel": "pigeon", "language": "en"}, "no such channel"),
    ],
)
def test_what_cannot_be_kept_says_so_and_changes_nothing(
    fake: Fake, form: dict[str, str], words: str
) -> None:
    told = json.loads(keep(**form, version="7")["body"])
    assert words in told["problem"]
    assert told["stale"] is False
    assert fake.written == []


def test_without_scripts_a_draft_is_saved_by_its_form(fake: Fake) -> None:
    answer = ask("POST", "/tpl_1/draft", channel="sms", language="en", text="Hello", version="7")
    assert answer["headers"]["location"] == "/console/templates/tpl_1?channel=sms&language=en"


def test_the_preview_is_of_what_is_typed_for_the_customer_chosen(fake: Fake) -> None:
    answer = ask(
        "POST",
        "/tpl_1/preview",
        channel="email",
        language="en",
        subject="Spring",
        mjml=MJML,
        customer="cus_1",
    )
    told = json.loads(answer["body"])
    assert told["mail"] == "<p>Dear Ada</p>"
    for words in ("Hello Ada", "Soon", "Gifts"):
        assert words in told["html"]
    ((source, asked),) = fake.written
    assert source.contents.email["en"].subject == "Spring"
    assert (asked["customer_id"], asked["category"]) == ("cus_1", "promotions")


def test_findings_come_with_the_field_they_concern(fake: Fake) -> None:
    found = (
        Finding("/contents/email/en/subject", "warning", "is long"),
        Finding("/contents/email/en/mjml", "fault", "is not closed", 3),
        Finding("/contents/email/de/subject", "fault", "is empty"),
        Finding("/sample", "warning", "has no items"),
    )
    fake.shown = replace(MAIL, content=None, findings=found, missing=("data.code",))
    told = json.loads(ask("POST", "/tpl_1/preview", channel="email", language="en", subject="S")["body"])
    assert [(one["field"], one["level"]) for one in told["findings"]] == [
        ("subject", "warning"),
        ("mjml", "fault"),
        ("", "fault"),
        ("sample", "warning"),
    ]
    assert told["findings"][1]["text"] == "Is not closed (line 3)"
    assert told["findings"][2]["text"].startswith("Email · German · Subject")
    assert "data.code" in told["html"]


def test_a_text_message_is_counted_in_segments(fake: Fake) -> None:
    fake.shown = Preview(
        Channel.SMS, "en", SmsContent("Hi <Ada>"), sms=SmsSize("ucs2", 80, 2, 54, "ą"), size=160
    )
    html = json.loads(ask("POST", "/tpl_1/preview", channel="sms", language="en", text="Hi")["body"])["html"]
    assert "Hi &lt;Ada&gt;" in html
    for words in ("2 segments", "54 left", "UCS-2", "<code>ą</code>"):
        assert words in html


def test_nothing_typed_needs_no_rendering(fake: Fake) -> None:
    told = json.loads(ask("POST", "/tpl_1/preview", channel="push", language="en")["body"])
    assert "Nothing written yet" in told["html"]
    assert fake.written == []


def test_publishing_is_asked_with_what_changes_and_what_is_in_the_way(fake: Fake) -> None:
    fake.findings = [Finding("/contents/sms/en/text", "fault", "is empty")]
    body = ask("GET", "/tpl_1/publish")["body"]
    for words in ("Email · English · Subject", "SMS · English · Text", "SMS · English · Text: is empty"):
        assert words in body
    assert "disabled" in body.partition("Publish</button>")[0][-60:]


def test_what_was_published_with_an_older_partial_can_be_published_again(fake: Fake) -> None:
    # given a draft that is what is sent
    fake.known = [replace(SPRING, draft=fake.template_version(TENANT, "tpl_1", 2).source)]
    end = "disabled>Publish</button>"
    assert end in ask("GET", "/tpl_1/publish")["body"]
    # when a partial in it says something else by now
    fake.outdated = ["footer"]
    # then there is something to publish
    body = ask("GET", "/tpl_1/publish")["body"]
    assert "Version 2 has an older text of footer" in body
    assert end not in body


def test_the_editor_offers_partials_to_put_in(fake: Fake) -> None:
    body = ask("GET", "/tpl_1")["body"]
    assert 'data-code="{% include &#34;footer&#34; %}"' in body
    assert "Footer &lt;i&gt;" in body


def test_a_refused_publishing_says_why(fake: Fake) -> None:
    fake.refusal = InvalidError("no", [Fault("/contents/email/en/mjml", "is not closed")])
    answer = ask("POST", "/tpl_1/publish", version="7")
    assert "Not%20published" in str(answer["cookies"])
    assert "is%20not%20closed" in str(answer["cookies"])


def test_versions_are_compared_with_the_one_before_or_the_draft(fake: Fake) -> None:
    body = ask("GET", "/tpl_1/versions")["body"]
    assert "<del>Hello &lt;i&gt;</del>" in body
    assert "<ins>Hello &lt;b&gt;</ins>" in body
    assert "<ins>Hello &lt;i&gt;</ins>" in ask("GET", "/tpl_1/versions", query="version=2")["body"]


def test_archiving_can_be_undone(fake: Fake) -> None:
    answer = ask("POST", "/tpl_1/archive", archived="yes")
    assert fake.written[0]["archived"] is True
    assert "archived%3D" in str(answer["cookies"])
    ask("POST", "/tpl_1/archive", query="archived=")
    assert fake.written[1]["archived"] is False


def test_only_the_builder_may_set_styles_of_its_own(fake: Fake) -> None:
    builder = ask("GET", "/tpl_1/builder", query="language=en")
    policy = builder["headers"]["content-security-policy"]
    assert policy.endswith("; style-src 'self' 'unsafe-inline'")
    assert "script-src" not in policy
    assert "unsafe" not in ask("GET", "/tpl_1")["headers"]["content-security-policy"]
    assert "item in data.items" in builder["body"]


def test_a_mail_in_html_is_not_opened_in_the_builder(fake: Fake) -> None:
    assert ask("GET", "/tpl_1/builder", query="language=de")["statusCode"] == 409
    assert "Open the builder" not in ask("GET", "/tpl_1", query="channel=email&language=de")["body"]


def test_the_frame_of_the_preview_runs_no_script(fake: Fake) -> None:
    policy = ask("GET", "/frame")["headers"]["content-security-policy"]
    assert "default-src 'none'" in policy
    assert policy.endswith("sandbox allow-same-origin")
    assert "allow-scripts" not in policy


def test_who_may_only_read_sees_the_texts_and_no_button(fake: Fake) -> None:
    body = ask("GET", "/tpl_1", role="agent")["body"]
    assert "readonly" in body
    for words in ("Publish", "Open the builder", "Send a test"):
        assert words not in body
    assert ask("POST", "/tpl_1/publish", role="agent")["statusCode"] == 403
    assert ask("GET", "", role="viewer")["statusCode"] == 403


def test_the_library_shows_its_pictures_in_the_language_chosen(fake: Fake) -> None:
    body = ask("GET", "/library", query="language=pl")["body"]
    assert "/console/templates/library/welcome_1/picture?language=pl" in body
    picture = ask("GET", "/library/welcome_1/picture", query="language=pl")
    assert picture["body"] == "<p>Dear Ada</p>"
    assert picture["headers"]["content-security-policy"].endswith("; sandbox")
    # a language that the library does not have falls back to English
    assert fake.written[-1][1]["language"] == "en"


@pytest.mark.parametrize(
    ("pointer", "field", "words"),
    [
        ("/contents/email/en/subject", "subject", "Email · English · Subject"),
        ("/contents/email/en", "piece", "Email · English"),
        ("/contents/sms/en/text", "", "SMS · English · Text"),
        ("/sample/items", "sample", "Sample"),
        ("", "", ""),
    ],
)
def test_pointers_lead_to_fields_or_words(pointer: str, field: str, words: str) -> None:
    assert place_of(pointer, "email", "en") == field
    assert elsewhere(pointer) == words
