"""What the template makes, made by API call on a bare engine: for integration tests and benches."""

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


def create_jobs_queue() -> str:
    """The queue of jobs, which nobody reads: the caller is the worker. Its address, which the settings name from here on."""
    url: str = client("sqs").create_queue(QueueName="regulars-test-jobs")["QueueUrl"]
    os.environ["JOBS_QUEUE_URL"] = url
    forget_settings()
    return url
