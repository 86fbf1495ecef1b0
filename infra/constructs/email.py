"""Sending by SES: one configuration set whose delivery events go to the account's default bus."""

from aws_cdk import Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_ses as ses
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.config import Stage

# Neither `open` nor `click`: for these SES would put a picture of its own into each mail and rewrite its links; ours do both.
EVENT_TYPES = (
    "send",
    "delivery",
    "bounce",
    "complaint",
    "reject",
    "renderingFailure",
    "deliveryDelay",
)


class EmailSending(Construct):
    """The configuration set every mail is sent with. The embedded engine publishes no events, so none is asked: the
    simulator writes to the rule's queue itself."""

    def __init__(self, scope: Construct, stage: Stage) -> None:
        super().__init__(scope, "Email")
        self.configuration_set = f"regulars-{stage.name}"
        configuration = ses.CfnConfigurationSet(
            self,
            "ConfigurationSet",
            name=self.configuration_set,
            reputation_options=ses.CfnConfigurationSet.ReputationOptionsProperty(
                reputation_metrics_enabled=True
            ),
            suppression_options=ses.CfnConfigurationSet.SuppressionOptionsProperty(
                suppressed_reasons=["BOUNCE", "COMPLAINT"]
            ),
        )
        if not stage.is_local:
            self._publish_events(configuration)

    def tell(self, queue: sqs.Queue) -> None:
        """Has the queue get what SES tells of mails sent with this configuration set."""
        events.Rule(
            self,
            "MailEvents",
            event_pattern=events.EventPattern(
                source=["aws.ses"],
                detail={"mail": {"tags": {"ses:configuration-set": [self.configuration_set]}}},
            ),
            targets=[targets.SqsQueue(queue)],
        )

    def _publish_events(self, configuration: ses.CfnConfigurationSet) -> None:
        bus = Stack.of(self).format_arn(service="events", resource="event-bus", resource_name="default")
        destination = ses.CfnConfigurationSetEventDestination(
            self,
            "Events",
            configuration_set_name=self.configuration_set,
            event_destination=ses.CfnConfigurationSetEventDestination.EventDestinationProperty(
                name="default-bus",
                enabled=True,
                matching_event_types=list(EVENT_TYPES),
                event_bridge_destination=ses.CfnConfigurationSetEventDestination.EventBridgeDestinationProperty(
                    event_bus_arn=bus
                ),
            ),
        )
        destination.add_resource_dependency(configuration)
