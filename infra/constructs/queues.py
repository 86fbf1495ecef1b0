"""A queue with its dead-letter queue and alarm: the only way queues come to be here."""

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.config import Stage, physical_name
from infra.constructs.alarms import Alarms
from infra.exceptions import accept

MAX_RECEIVES = 5


class WorkQueue(Construct):
    """Messages for one consumer; after five failed attempts they wait 14 days in `dead_letters`."""

    def __init__(
        self, scope: Construct, stage: Stage, name: str, visibility: Duration, alarms: Alarms
    ) -> None:
        super().__init__(scope, f"{name}-queue")
        self.dead_letters = dead_letter_queue(self, stage, name, alarms)
        self.queue = sqs.Queue(
            self,
            "Queue",
            queue_name=physical_name(stage, name),
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            visibility_timeout=visibility,
            retention_period=Duration.days(4),
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=MAX_RECEIVES),
        )


def dead_letter_queue(scope: Construct, stage: Stage, name: str, alarms: Alarms) -> sqs.Queue:
    """A queue for what a consumer gave up on, with the alarm that tells of it."""
    queue = sqs.Queue(
        scope,
        "DeadLetters",
        queue_name=f"{physical_name(stage, name)}-dead-letters",
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        retention_period=Duration.days(14),
    )
    accept(
        queue, "AwsSolutions-SQS3", "it is a dead-letter queue: it has an alarm and is emptied by a person"
    )
    alarms.on_dead_letters(queue, name)
    return queue
