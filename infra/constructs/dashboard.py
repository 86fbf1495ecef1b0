"""One dashboard per stage: is it answering, is it keeping up, has it given up on anything."""

from collections.abc import Iterable

from aws_cdk import Aws, Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.constructs.queues import WorkQueue

PERIOD = Duration.minutes(5)


def add_dashboard(
    scope: Construct,
    name: str,
    api_id: str,
    functions: Iterable[lambda_.Function],
    queues: Iterable[WorkQueue],
    table: dynamodb.Table,
) -> None:
    """Adds the dashboard; every row is read from left to right as cause and consequence."""
    functions, queues = list(functions), list(queues)
    board = cloudwatch.Dashboard(scope, "Dashboard", dashboard_name=name)
    board.add_widgets(
        _graph("Requests", [_api(api_id, "Count", "Sum")]),
        _graph("Latency p50, p99 (ms)", [_api(api_id, "Latency", "p50"), _api(api_id, "Latency", "p99")]),
        _graph("4xx, 5xx", [_api(api_id, "4xx", "Sum"), _api(api_id, "5xx", "Sum")]),
    )
    board.add_widgets(
        _graph("Function errors", [f.metric_errors(period=PERIOD) for f in functions]),
        _graph("Function throttles", [f.metric_throttles(period=PERIOD) for f in functions]),
        _graph(
            "Function duration p95", [f.metric_duration(period=PERIOD, statistic="p95") for f in functions]
        ),
    )
    board.add_widgets(
        _graph("Oldest message (s)", [q.queue.metric_approximate_age_of_oldest_message() for q in queues]),
        _graph(
            "Dead letters",
            [q.dead_letters.metric_approximate_number_of_messages_visible() for q in queues],
        ),
        _graph(
            "Table units",
            [table.metric_consumed_read_capacity_units(), table.metric_consumed_write_capacity_units()],
        ),
    )


def _graph(title: str, metrics: list[cloudwatch.Metric]) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=list(metrics), width=8, height=6)


def _api(api_id: str, metric: str, statistic: str) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace="AWS/ApiGateway",
        metric_name=metric,
        statistic=statistic,
        period=PERIOD,
        region=Aws.REGION,
        dimensions_map={"ApiId": api_id},
    )
