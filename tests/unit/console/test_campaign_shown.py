"""What a customer may get of a campaign, each different thing once."""

from typing import Any

from console.campaign_shown import faces_of, with_subject
from regulars.campaigns.plan import Plan
from regulars.messaging import Channel, TemplateSource


def faces(**plan: Any) -> list[tuple[str, str, str, str]]:
    found = faces_of(Plan.model_validate(plan))
    return [(one.channel.value, one.template, one.subject, one.variant) for one in found]


def test_without_a_test_each_channel_is_shown() -> None:
    assert faces(channels=["email", "sms"], template="spring", subject="Hi") == [
        ("email", "spring", "Hi", ""),
        ("sms", "spring", "Hi", ""),
    ]
    assert faces(channels=["email"]) == []


def test_variants_are_shown_where_they_differ_in_what_is_seen() -> None:
    variants = [{"name": "A"}, {"name": "B", "subject": "Other"}, {"name": "C", "delay_hours": 2}]
    assert faces(channels=["email"], template="spring", test={"variants": variants}) == [
        ("email", "spring", "", "A"),
        ("email", "spring", "Other", "B"),
    ]


def test_a_variant_may_be_another_channel_or_template() -> None:
    variants = [{"name": "A", "template": "autumn"}, {"name": "B", "channel": "sms"}]
    assert faces(channels=["email"], template="spring", test={"variants": variants}) == [
        ("email", "autumn", "", "A"),
        ("sms", "spring", "", "B"),
    ]


def test_the_campaigns_subject_stands_in_every_language_of_the_mail() -> None:
    contents = {
        "email": {"en": {"subject": "Hello"}, "de": {"subject": "Hallo"}},
        "sms": {"en": {"text": "Hi"}},
    }
    source = TemplateSource.model_validate({"contents": contents})
    (face,) = faces_of(Plan.model_validate({"channels": ["email"], "template": "t", "subject": "Mine"}))
    given = with_subject(source, face).contents
    assert {one.subject for one in given.email.values()} == {"Mine"}
    assert given.sms["en"].text == "Hi"
    (plain,) = faces_of(Plan.model_validate({"channels": ["email"], "template": "t"}))
    assert with_subject(source, plain) is source
    assert plain.channel is Channel.EMAIL
