"""What who sends messages may do at the providers."""

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_

from infra.config import Stage
from infra.exceptions import accept


def allow(function: lambda_.Function, actions: tuple[str, ...], *arns: str) -> None:
    """Lets the function do `actions` to what `arns` name."""
    function.add_to_role_policy(iam.PolicyStatement(actions=list(actions), resources=list(arns)))


def grant_messages(function: lambda_.Function, stage: Stage, ses_configuration_set: str) -> None:
    """Mail, texts and push by the providers that the stage names."""
    grant_email(function, ses_configuration_set)
    if stage.sms_provider == "end_user_messaging":
        _grant_texts(function)
    elif stage.sms_provider == "sns":
        _grant_texts_by_sns(function)
    if stage.push_provider == "pinpoint":
        application = f"{_ours('mobiletargeting')}:apps/{stage.push_application}/messages"
        allow(function, ("mobiletargeting:SendMessages",), application)
    elif stage.push_provider == "sns":
        _grant_push_by_sns(function, stage.push_application)


def grant_email(function: lambda_.Function, configuration_set: str) -> None:
    """Mail from any identity of the account, with the stage's configuration set."""
    account = _ours("ses")
    allow(
        function,
        ("ses:SendEmail", "ses:SendBulkEmail"),
        f"{account}:identity/*",
        f"{account}:configuration-set/{configuration_set}",
    )
    accept(
        function.role or function,
        "AwsSolutions-IAM5",
        "tenants send from their own verified addresses, which are not known at deployment",
        f"Resource::{_as_nag_says('ses')}:identity/*",
    )


def grant_socket(function: lambda_.Function, connections: str, named: str) -> None:
    """Messages to open connections of the stage's WebSocket API; `named` is how cdk-nag says `connections`."""
    allow(function, ("execute-api:ManageConnections",), connections)
    accept(
        function.role or function,
        "AwsSolutions-IAM5",
        "connections of one API, whose ids are not known at deployment",
        f"Resource::{named}",
    )


def _grant_texts(function: lambda_.Function) -> None:
    account = _ours("sms-voice")
    identities = ("phone-number/*", "sender-id/*", "pool/*")
    allow(function, ("sms-voice:SendTextMessage",), *(f"{account}:{one}" for one in identities))
    accept(
        function.role or function,
        "AwsSolutions-IAM5",
        "tenants send from their own numbers, which are not known at deployment",
        *(f"Resource::{_as_nag_says('sms-voice')}:{one}" for one in identities),
    )


def _grant_texts_by_sns(function: lambda_.Function) -> None:
    """A text has no resource of its own: everything but topics is what AWS documents for it."""
    function.add_to_role_policy(
        iam.PolicyStatement(actions=["sns:Publish"], not_resources=[f"arn:{Aws.PARTITION}:sns:*:*:*"])
    )


def _grant_push_by_sns(function: lambda_.Function, applications: str) -> None:
    arns = [one.partition("=")[2] for one in applications.split(",")]
    allow(function, ("sns:CreatePlatformEndpoint",), *arns)
    endpoints = [arn.replace(":app/", ":endpoint/") + "/*" for arn in arns]
    allow(function, ("sns:Publish", "sns:SetEndpointAttributes"), *endpoints)
    accept(
        function.role or function,
        "AwsSolutions-IAM5",
        "the devices of one application, which are not known at deployment",
        *(f"Resource::{one}" for one in endpoints),
    )


def _ours(service: str) -> str:
    return f"arn:{Aws.PARTITION}:{service}:{Aws.REGION}:{Aws.ACCOUNT_ID}"


def _as_nag_says(service: str) -> str:
    return f"arn:<AWS::Partition>:{service}:<AWS::Region>:<AWS::AccountId>"
