"""Reasoned exceptions from cdk-nag's AwsSolutions rules: one finding and one resource each, never a blanket."""

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct


def accept(resource: IConstruct, rule: str, reason: str, *findings: str) -> None:
    """Records why `rule` does not hold for `resource` and what is below it; `findings` name its single findings."""
    validations = Validations.of(resource)
    for rule_id in [f"{rule}[{finding}]" for finding in findings] or [rule]:
        validations.acknowledge(Acknowledgment(id=rule_id, reason=reason))
