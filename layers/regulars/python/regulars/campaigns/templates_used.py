"""The templates of a plan: whether they are there and say something on its channels."""

from collections.abc import Iterator
from typing import Literal

from regulars.campaigns.plan import Plan
from regulars.kernel.errors import NotFoundError
from regulars.kernel.tenancy import Tenant
from regulars.messaging import Channel, template_channels

Found = tuple[str, Literal["fault", "warning"], str]


def missing_contents(tenant: Tenant, plan: Plan) -> Iterator[Found]:
    """Templates that are not there or not published, and channels that none of them speaks on."""
    for pointer, key, channels in _named(plan):
        try:
            spoken = template_channels(tenant, key)
        except NotFoundError:
            yield pointer, "fault", f"there is no published template “{key}”"
            continue
        silent = [one.value for one in channels if one not in spoken]
        if channels and len(silent) == len(channels):
            yield pointer, "fault", f"the template “{key}” has no content for {', '.join(silent)}"
        elif silent:
            yield pointer, "warning", f"the template “{key}” has no content for {', '.join(silent)}"


def _named(plan: Plan) -> Iterator[tuple[str, str, list[Channel]]]:
    if plan.template:
        yield "/template", plan.template, plan.channels
    for place, variant in enumerate(plan.variants):
        key = variant.template or plan.template
        if key and (variant.template or variant.channel):
            own = [variant.channel] if variant.channel else plan.channels
            yield f"/test/variants/{place}/template", key, own
