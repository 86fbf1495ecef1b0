"""What sets a worker off: its queue, a rule of the bus, the table's stream or the clock."""

from typing import Any, cast

from aws_cdk import CfnElement, Duration, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as scheduler_targets
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.config import Stage
from infra.exceptions import accept
from infra.functions import Events, Outbox

EVENT_SOURCE = "regulars"


def consume(
    function: lambda_.Function, queue: sqs.Queue, batch_size: int, stage: Stage, at_once: int | None = None
) -> None:
    """Lets the function take batches off the queue, so many at once, and report single failures."""
    function.add_event_source(
        sources.SqsEventSource(
            queue,
            batch_size=batch_size,
            max_batching_window=Duration.seconds(1) if batch_size > 10 else None,
            report_batch_item_failures=True,
            max_concurrency=stage.consumer_concurrency or at_once,
        )
    )


def event_pattern(trigger: Events) -> events.EventPattern:
    """The bus pattern of a consumer: our source, its event names, and no imported history if it says so."""
    return events.EventPattern(
        source=[EVENT_SOURCE],
        detail_type=list(trigger.names) if trigger.names else None,
        detail={"history": [False]} if trigger.live_only else None,
    )


def route_events(scope: Construct, trigger: Events, bus: events.IEventBus, queue: sqs.Queue) -> None:
    """Sends the events a consumer asked for to its queue."""
    events.Rule(
        scope,
        "Rule",
        event_bus=bus,
        event_pattern=event_pattern(trigger),
        targets=[targets.SqsQueue(queue)],
    )


def publish_inserts(
    function: lambda_.Function, table: dynamodb.Table, trigger: Outbox, failures: sqs.Queue
) -> None:
    """Calls the function with the stream records of inserted event items, in order within a partition."""
    is_event: dict[str, Any] = {
        "eventName": lambda_.FilterRule.is_equal("INSERT"),
        "dynamodb": {"NewImage": {"kind": {"S": lambda_.FilterRule.is_equal("event")}}},
    }
    function.add_event_source(
        sources.DynamoEventSource(
            table,
            starting_position=lambda_.StartingPosition.TRIM_HORIZON,
            batch_size=trigger.batch_size,
            parallelization_factor=4,
            bisect_batch_on_error=True,
            report_batch_item_failures=True,
            retry_attempts=20,
            max_record_age=Duration.hours(23),
            filters=[lambda_.FilterCriteria.filter(is_event)],
            on_failure=sources.SqsDlq(failures),
        )
    )
    accept(
        function.role or function,
        "AwsSolutions-IAM5",
        "dynamodb:ListStreams takes no resource",
        "Resource::*",
    )


def every_minute(scope: Construct, function: lambda_.Function, failures: sqs.Queue) -> None:
    """Calls the function once a minute; a call that cannot be made lands in `failures`."""
    role = iam.Role(scope, "SchedulerRole", assumed_by=iam.ServicePrincipal("scheduler.amazonaws.com"))
    accept(
        role,
        "AwsSolutions-IAM5",
        "the wildcard covers the versions of the one function that is called",
        f"Resource::<{Stack.of(scope).get_logical_id(cast('CfnElement', function.node.default_child))}.Arn>:*",
    )
    scheduler.Schedule(
        scope,
        "Schedule",
        schedule=scheduler.ScheduleExpression.rate(Duration.minutes(1)),
        target=scheduler_targets.LambdaInvoke(
            function,
            dead_letter_queue=failures,
            role=role,
            retry_attempts=2,
            max_event_age=Duration.minutes(5),
        ),
    )
