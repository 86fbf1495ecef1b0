"""What the template makes, made by API call on a bare engine: for integration tests and benches."""

import json
import os
from typing import Any

from regulars.kernel.aws import client
from regulars.kernel.settings import forget_settings


def create_table() -> str:
    """The table, shaped as the template makes it; its name."""
    name = os.environ["TABLE_NAME"]
    index = {"by_list": ("g1pk", "g1sk"), "by_sort": ("g2pk", "g2sk")}
    client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=_key("pk", "sk"),
        AttributeDefinitions=[
            {"AttributeName": attribute, "AttributeType": "S"}
            for attribute in ("pk", "sk", "g1pk", "g1sk", "g2pk", "g2sk")
        ],
        GlobalSecondaryIndexes=[
            {"IndexName": each, "KeySchema": _key(*keys), "Projection": {"ProjectionType": "ALL"}}
            for each, keys in index.items()
        ],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    return name


def _key(pk: str, sk: str) -> list[dict[str, Any]]:
    return [{"AttributeName": pk, "KeyType": "HASH"}, {"AttributeName": sk, "KeyType": "RANGE"}]


def create_bucket() -> str:
    """The bucket of uploads and exports; its name."""
    name = os.environ["BUCKET_NAME"]
    client("s3").create_bucket(Bucket=name)
    return name


def create_token_secret() -> str:
    """The secret that links and tokens are signed with; its name."""
    name = os.environ["TOKEN_SECRET_ARN"]
    client("secretsmanager").create_secret(Name=name, SecretString="s" * 64)
    return name


def create_jobs_queue() -> str:
    """The queue of jobs, which nobody reads: the caller is the worker. Its address, which the settings name from here on."""
    return _create_queue("jobs", "JOBS_QUEUE_URL")


def create_sends_queue() -> str:
    """The queue of messages to be sent, which nobody reads either."""
    return _create_queue("sends", "SENDS_QUEUE_URL")


def create_provider_events_queue() -> str:
    """The queue of what providers tell."""
    return _create_queue("provider-events", "PROVIDER_EVENTS_QUEUE_URL")


def _create_queue(name: str, setting: str) -> str:
    url: str = client("sqs").create_queue(QueueName=f"regulars-test-{name}")["QueueUrl"]
    os.environ[setting] = url
    forget_settings()
    return url


def taken_from(queue_url: str) -> list[dict[str, Any]]:
    """The messages that wait in a queue, which they are removed from."""
    sqs, found = client("sqs"), []
    while messages := sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            found.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return found
