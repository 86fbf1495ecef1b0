"""Texts by End User Messaging: a configuration set whose delivery events, and people's answers, come over one topic."""

from aws_cdk import aws_iam as iam
from aws_cdk import aws_smsvoice as smsvoice
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.config import Stage

SENDER = "sms-voice.amazonaws.com"


class TextSending(Construct):
    """The topic is also where a two-way number's inbound messages are to go, which is set up by hand with the number
    (docs/operations.md). The embedded engine does not know the service: its simulator publishes to the topic itself."""

    def __init__(self, scope: Construct, stage: Stage) -> None:
        super().__init__(scope, "Texts")
        self.configuration_set = f"regulars-{stage.name}"
        self.topic = sns.Topic(self, "Events", enforce_ssl=True)
        granted = self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal(SENDER)],
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
            )
        )
        if not stage.is_local:
            self._configure(granted)

    def tell(self, queue: sqs.Queue) -> None:
        """Has the queue get what the topic carries, in SNS's envelope, which names the topic."""
        self.topic.add_subscription(subscriptions.SqsSubscription(queue))

    def _configure(self, granted: iam.AddToResourcePolicyResult) -> None:
        texts = smsvoice.CfnConfigurationSet(
            self,
            "ConfigurationSet",
            configuration_set_name=self.configuration_set,
            event_destinations=[
                smsvoice.CfnConfigurationSet.EventDestinationProperty(
                    event_destination_name="topic",
                    enabled=True,
                    matching_event_types=["TEXT_ALL"],
                    sns_destination=smsvoice.CfnConfigurationSet.SnsDestinationProperty(
                        topic_arn=self.topic.topic_arn
                    ),
                )
            ],
        )
        if granted.policy_dependable:
            texts.node.add_dependency(granted.policy_dependable)
