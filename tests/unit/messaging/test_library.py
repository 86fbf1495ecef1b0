"""Every template of the library in every language."""

import json
from typing import Any

import pytest

from regulars.messaging.content import EmailContent, PushContent, SmsContent
from regulars.messaging.library import library_compiled, library_entries
from regulars.messaging.library.letters import LANGUAGES
from regulars.messaging.model import Channel
from regulars.messaging.partials.resolving import Resolved
from regulars.messaging.settings_model import MessagingSettings
from regulars.messaging.templates import PlainLinks
from regulars.messaging.templates.adopting import library_source
from regulars.messaging.templates.checks import check, example
from regulars.messaging.templates.preparing import prepare
from regulars.messaging.templates.sizes import sms_size

KEYS = sorted(library_entries())
AUTOMATIONS = {
    *("welcome_1", "welcome_2", "welcome_3", "cart_1", "cart_2", "thanks", "shipping", "feedback"),
    *("review_request", "reengage_30", "reengage_60", "reengage_90", "birthday", "anniversary"),
    *("milestone_50", "milestone_80", "reward_completed", "points_expiring", "price_drop", "recovery"),
    *("new_offer", "order_confirmation", "double_opt_in", "digest", "subscription_confirmed"),
}


def test_everything_that_automations_send_is_there() -> None:
    assert set(KEYS) == AUTOMATIONS
    known = {category.key for category in MessagingSettings().categories}
    assert {entry.category for entry in library_entries().values()} <= known
    for entry in library_entries().values():
        transactional = MessagingSettings().category(entry.category).transactional  # type: ignore[union-attr]
        assert transactional == entry.transactional


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", KEYS)
def test_each_renders_in_each_language_with_its_sample(key: str, language: str) -> None:
    # given
    entry, found = library_entries()[key], library_compiled(key)
    context: dict[str, Any] = example(entry.sample, language)
    context["shop"] |= {"logo_url": "https://shop.example/logo.png", "footer": "Kettle & Co, 1 Tea Street"}
    for channel in sorted(found.channels):
        # when
        content = found.content(channel, language)
        rendered = content.try_render(context, PlainLinks(content.static_links, "https://shop.example/u"))
        made = rendered.content
        # then nothing is missing, nothing is left of the code
        assert not rendered.missing
        assert content.static_links.count("") == len(content.static_links)
        if isinstance(made, EmailContent):
            assert made.subject
            for text in (made.subject, made.html, made.text):
                assert "{{" not in text
                assert "{%" not in text
                assert "[[" not in text
            assert made.html.count("<table") == made.html.count("</table")
            assert ("https://shop.example/u" in made.html) or entry.transactional
            assert (
                "message.unsubscribe_url" in found.sources[channel][language]["html"]
            ) != entry.transactional
            assert f'lang="{language}"' in made.html
            assert len(made.text.strip()) > 80
        if isinstance(made, SmsContent):
            assert sms_size(made.text).segments <= 3, made.text
        if isinstance(made, PushContent):
            assert made.title
            assert made.body
            assert made.url.startswith("https://")


@pytest.mark.parametrize("key", KEYS)
def test_each_can_be_taken_over_without_a_fault(key: str) -> None:
    entry, source = library_entries()[key], library_source(key)
    assert set(source.languages) == set(LANGUAGES)
    found = check(
        Resolved(source, source), prepare(source, marketing=not entry.transactional), list(LANGUAGES)
    )
    assert [one for one in found if one.level == "fault"] == []
    assert [one for one in found if one.detail.startswith("data.")] == []
    json.dumps(source.model_dump(mode="json"))


@pytest.mark.parametrize("key", KEYS)
def test_without_any_value_each_still_reads(key: str) -> None:
    found = library_compiled(key)
    for language in LANGUAGES:
        content = found.content(Channel.EMAIL, language)
        bare: dict[str, Any] = {
            "customer": {},
            "shop": {"name": "K"},
            "message": {"language": language},
            "data": {},
        }
        if key == "points_expiring":
            bare["data"] = {"expires_at": "2026-12-31"}
        made = content.render(bare, PlainLinks(content.static_links))
        assert "{{" not in made.html  # type: ignore[union-attr]
