"""What functions can be given, and how a `Need` turns into settings and grants."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from aws_cdk import CfnElement, Stack
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secrets
from aws_cdk import aws_sqs as sqs

from infra.config import Stage
from infra.constructs.sending import allow, grant_messages, grant_socket
from infra.constructs.socket import InboxSocket
from infra.exceptions import accept
from infra.functions import LOCAL_ONLY, FunctionSpec, Need

TABLE_ACTIONS = (
    "dynamodb:GetItem",
    "dynamodb:BatchGetItem",
    "dynamodb:Query",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DescribeTable",
)
STAFF_ACTIONS = (
    "cognito-idp:AdminCreateUser",
    "cognito-idp:AdminDeleteUser",
    "cognito-idp:AdminGetUser",
)


@dataclass(frozen=True)
class Resources:
    """Everything shared that a function may need; made before any function is."""

    table: dynamodb.Table
    uploads: s3.Bucket
    user_pool: cognito.UserPool
    user_pool_client: cognito.UserPoolClient
    token_secret: secrets.Secret
    bus: events.EventBus
    queues: dict[Need, sqs.Queue]
    ses_configuration_set: str
    sms_configuration_set: str
    socket: InboxSocket
    public_url: str


def settings_for(spec: FunctionSpec, stage: Stage, resources: Resources) -> dict[str, str]:
    """The function's environment: the common settings and those of its needs."""
    common = {
        "STAGE": stage.name,
        "CLOCK": "virtual" if stage.is_local else "system",
        "LOG_LEVEL": stage.log_level,
    }
    values = _values(stage, resources)
    return common | {name: values[name]() for need in _held(spec, stage) for name in need.settings}


def grant_needs(function: lambda_.Function, spec: FunctionSpec, stage: Stage, resources: Resources) -> None:
    """Gives the function's role exactly what its needs imply."""
    for need in _held(spec, stage):
        if grant := _GRANTS.get(need):
            grant(function, resources)
    if Need.MESSAGES in spec.needs:
        grant_messages(function, stage, resources.ses_configuration_set)


def _held(spec: FunctionSpec, stage: Stage) -> list[Need]:
    return [need for need in spec.needs if stage.is_local or need not in LOCAL_ONLY]


def _values(stage: Stage, resources: Resources) -> dict[str, Callable[[], str]]:
    pool = resources.user_pool
    region = Stack.of(pool).region
    issuer = f"https://cognito-idp.{region}.amazonaws.com/{pool.user_pool_id}"
    keys_base = f"{stage.local.engine_url}/{pool.user_pool_id}" if stage.local else issuer
    local_secret = stage.local.token_secret if stage.local else ""
    return {
        "TABLE_NAME": lambda: resources.table.table_name,
        "BUCKET_NAME": lambda: resources.uploads.bucket_name,
        "EVENT_BUS_NAME": lambda: resources.bus.event_bus_name,
        "JOBS_QUEUE_URL": lambda: resources.queues[Need.JOBS].queue_url,
        "TIMERS_QUEUE_URL": lambda: resources.queues[Need.TIMERS].queue_url,
        "TOKEN_SECRET_ARN": lambda: resources.token_secret.secret_arn,
        "USER_POOL_ID": lambda: pool.user_pool_id,
        "USER_POOL_CLIENT_ID": lambda: resources.user_pool_client.user_pool_client_id,
        "USER_POOL_ISSUER": lambda: issuer,
        "JWKS_URL": lambda: f"{keys_base}/.well-known/jwks.json",
        "LOCAL_TOKENS": lambda: local_secret,
        "SES_CONFIGURATION_SET": lambda: resources.ses_configuration_set,
        "SMS_PROVIDER": lambda: stage.sms_provider,
        "SMS_CONFIGURATION_SET": lambda: resources.sms_configuration_set,
        "PUSH_PROVIDER": lambda: stage.push_provider,
        "PUSH_APPLICATION": lambda: stage.push_application,
        "WEBHOOKS_TO_LOOPBACK": lambda: "yes" if stage.is_local else "",
        "SENDS_QUEUE_URL": lambda: resources.queues[Need.SENDS].queue_url,
        "PROVIDER_EVENTS_QUEUE_URL": lambda: resources.queues[Need.PROVIDER_EVENTS].queue_url,
        "SNS_TOPICS": lambda: stage.sns_topics,
        "SOCKET_URL": lambda: resources.socket.url,
        "PUBLIC_URL": lambda: resources.public_url,
    }


def _grant_table(function: lambda_.Function, resources: Resources) -> None:
    table = resources.table.table_arn
    allow(function, TABLE_ACTIONS, table, f"{table}/index/by_list", f"{table}/index/by_sort")


def _grant_uploads(function: lambda_.Function, resources: Resources) -> None:
    actions = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload")
    allow(function, actions, resources.uploads.arn_for_objects("*"))
    allow(function, ("s3:ListBucket",), resources.uploads.bucket_arn)
    accept(
        function.role or function,
        "AwsSolutions-IAM5",
        "objects of one bucket; each tenant's lie under its own prefix, which the keys are built from",
        f"Resource::{_exported_arn(resources.uploads)}/*",
    )


def _exported_arn(bucket: s3.Bucket) -> str:
    """How cdk-nag names the bucket's ARN when another stack imports it."""
    owner = Stack.of(bucket)
    logical_id = owner.get_logical_id(cast("CfnElement", bucket.node.default_child))
    return f"{owner.stack_name}:ExportsOutputFnGetAtt{logical_id}Arn5513CBEA"


_GRANTS: dict[Need, Callable[[lambda_.Function, Resources], None]] = {
    Need.TABLE: _grant_table,
    Need.UPLOADS: _grant_uploads,
    Need.PUBLISH: lambda f, r: allow(f, ("events:PutEvents",), r.bus.event_bus_arn),
    Need.JOBS: lambda f, r: allow(f, ("sqs:SendMessage",), r.queues[Need.JOBS].queue_arn),
    Need.TIMERS: lambda f, r: allow(f, ("sqs:SendMessage",), r.queues[Need.TIMERS].queue_arn),
    Need.TOKEN_SECRET: lambda f, r: allow(f, ("secretsmanager:GetSecretValue",), r.token_secret.secret_arn),
    Need.SENDS: lambda f, r: allow(f, ("sqs:SendMessage",), r.queues[Need.SENDS].queue_arn),
    Need.PROVIDER_EVENTS: lambda f, r: allow(
        f, ("sqs:SendMessage",), r.queues[Need.PROVIDER_EVENTS].queue_arn
    ),
    Need.STAFF_ACCOUNTS: lambda f, r: allow(f, STAFF_ACTIONS, r.user_pool.user_pool_arn),
    Need.SOCKET: lambda f, r: grant_socket(f, r.socket.connections, r.socket.connections_as_nag_says),
}
