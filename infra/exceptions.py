"""Reasoned exceptions from cdk-nag's AwsSolutions rules: one call per rule and resource, never a blanket."""

from collections.abc import Sequence

from cdk_nag import NagPackSuppression, NagSuppressions
from constructs import Construct


def accept(resource: Construct, rule: str, reason: str, *, applies_to: Sequence[str] | None = None) -> None:
    """Records why `rule` does not hold for `resource`; `applies_to` narrows it to single findings."""
    NagSuppressions.add_resource_suppressions(
        resource,
        [NagPackSuppression(id=rule, reason=reason, applies_to=list(applies_to) if applies_to else None)],
        apply_to_children=True,
    )
