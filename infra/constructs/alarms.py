"""One topic that all alarms of a stage report to, and the alarms every function and queue must have."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.config import Stage


class Alarms(Construct):
    """Makes alarms that stay quiet without data, so that an idle stage is a green one."""

    def __init__(self, scope: Construct, stage: Stage) -> None:
        super().__init__(scope, "Alarms")
        self.topic = sns.Topic(self, "Topic", enforce_ssl=True)
        if stage.alarm_email:
            self.topic.add_subscription(subscriptions.EmailSubscription(stage.alarm_email))

    def on_function(self, function: lambda_.Function, name: str) -> None:
        """Rings when the function raised, or was throttled, within five minutes."""
        period = Duration.minutes(5)
        self._alarm(
            f"{name}-errors",
            function.metric_errors(period=period),
            f"{name} raised errors: read its log group",
        )
        self._alarm(
            f"{name}-throttles",
            function.metric_throttles(period=period),
            f"{name} was throttled: raise the account's concurrency or look for a loop",
        )

    def on_dead_letters(self, queue: sqs.Queue, name: str) -> None:
        """Rings while at least one message waits in a dead-letter queue."""
        waiting = queue.metric_approximate_number_of_messages_visible(
            period=Duration.minutes(1), statistic="Maximum"
        )
        self._alarm(
            f"{name}-dead-letters",
            waiting,
            f"{name} gave up on messages: mend the cause, then `regulars redrive {name}`",
        )

    def _alarm(self, construct_id: str, metric: cloudwatch.IMetric, description: str) -> None:
        alarm = cloudwatch.Alarm(
            self,
            construct_id,
            metric=metric,
            threshold=1,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=description,
        )
        alarm.add_alarm_action(actions.SnsAction(self.topic))
