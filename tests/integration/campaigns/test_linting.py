"""A campaign's template is tried on its audience before it goes out, and the last try is remembered."""

from typing import Any

import pytest

from campaigns_api.handler import handler
from regulars import campaigns
from regulars.campaigns import Campaign, CampaignChange
from regulars.customers import Profile, create
from regulars.kernel.errors import InvalidError
from regulars.kernel.jobs import State, get_job
from regulars.messaging import NewTemplate, Template, create_template, publish_template
from tests.events import answer_body, http_event
from tests.integration.campaigns.stage import Stage
from tests.integration.segments.working import finish


def template(shop: Stage, key: str, text: str) -> Template:
    """A published text message."""
    contents = {"sms": {"en": {"text": text}}}
    given = {"name": key, "key": key, "category": "newsletters", "draft": {"contents": contents}}
    made = create_template(shop.tenant, NewTemplate.model_validate(given), now=shop.now)
    publish_template(shop.tenant, made.id, now=shop.now)
    return made


@pytest.fixture
def named(shop: Stage) -> list[str]:
    """Two who have told their name, and one who has not."""
    names = ("Ann", "Bob", None)
    return [
        create(shop.tenant, Profile(name=name, phone=f"+4479111234{place}0"), now=shop.now).id
        for place, name in enumerate(names)
    ]


def draft(shop: Stage, people: list[str], **changes: Any) -> Campaign:
    return shop.draft(audience={"customers": people}, channels=["sms"], **changes)


def done(shop: Stage, campaign: Campaign) -> Any:
    found = campaigns.campaign_lint(shop.tenant, shop.get(campaign))
    assert found is not None
    for one in found.jobs:
        finish(shop.tenant, get_job(shop.tenant, one.job_id), shop.now)
    return campaigns.campaign_lint(shop.tenant, shop.get(campaign))


def test_the_last_try_says_for_whom_something_is_missing(shop: Stage, named: list[str]) -> None:
    template(shop, "news", "Hello {{ customer.first_name }}, from {{ customer.city }}")
    campaign = draft(shop, named)
    assert campaigns.campaign_lint(shop.tenant, campaign) is None

    begun = campaigns.start_campaign_lint(shop.tenant, campaign.id, now=shop.now)
    assert begun.running
    found = done(shop, campaign)

    assert (found.state, found.fresh, found.checked) == (State.SUCCEEDED, True, 3)
    assert (found.empty_name, found.missing, found.error) == (1, 3, 0)


def test_a_try_is_no_longer_fresh_when_audience_or_template_change(shop: Stage, named: list[str]) -> None:
    made = template(shop, "news", "Hello")
    campaign = draft(shop, named)
    campaigns.start_campaign_lint(shop.tenant, campaign.id, now=shop.now)
    assert done(shop, campaign).fresh

    fewer = CampaignChange.model_validate({"audience": {"customers": named[:1]}})
    campaigns.change_campaign(shop.tenant, campaign.id, fewer, now=shop.now)
    assert not done(shop, campaign).fresh

    campaigns.start_campaign_lint(shop.tenant, campaign.id, now=shop.now)
    assert done(shop, campaign).fresh
    publish_template(shop.tenant, made.id, now=shop.now)
    assert not done(shop, campaign).fresh


def test_the_templates_of_all_variants_are_tried(shop: Stage, named: list[str]) -> None:
    template(shop, "news", "Hello")
    template(shop, "offer", "Hello {{ customer.first_name }}")
    variants = [{"name": "A"}, {"name": "B", "template": "offer"}]
    campaign = draft(shop, named, test={"variants": variants})
    campaigns.start_campaign_lint(shop.tenant, campaign.id, now=shop.now)
    found = done(shop, campaign)
    assert (len(found.jobs), found.checked, found.empty_name) == (2, 3, 1)


def test_without_a_template_of_ones_own_there_is_nothing_to_try(shop: Stage, named: list[str]) -> None:
    campaign = draft(shop, named)
    with pytest.raises(InvalidError, match="own"):
        campaigns.start_campaign_lint(shop.tenant, campaign.id, now=shop.now)


def test_over_http(shop: Stage, named: list[str]) -> None:
    template(shop, "news", "Hello {{ customer.first_name }}")
    params = {"campaign_id": draft(shop, named).id}
    ask = {"tenant": shop.tenant.id, "params": params}
    one = "/campaigns/{campaign_id}"
    assert answer_body(handler(http_event(f"GET {one}", **ask), None))["lint"] is None
    begun = handler(http_event(f"POST {one}/lint", **ask), None)
    assert begun["statusCode"] == 202
    finish(shop.tenant, get_job(shop.tenant, answer_body(begun)["jobs"][0]["job_id"]), shop.now)
    shown = answer_body(handler(http_event(f"GET {one}", **ask), None))["lint"]
    assert (shown["state"], shown["fresh"], shown["checked"], shown["empty_name"]) == (
        "succeeded",
        True,
        3,
        1,
    )
    refused = handler(http_event(f"POST {one}/lint", caller={"role": "viewer"}, **ask), None)
    assert refused["statusCode"] == 403
