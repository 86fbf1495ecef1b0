"""The stack of everything that can be rebuilt at will: functions, API, bus, queues, schedule, alarms."""

from collections.abc import Sequence
from typing import Any

from aws_cdk import CfnOutput, Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.config import Stage
from infra.constructs.alarms import Alarms
from infra.constructs.api import RegularsApi
from infra.constructs.code import CodeSource
from infra.constructs.dashboard import add_dashboard
from infra.constructs.email import EmailSending
from infra.constructs.function import RegularsFunction
from infra.constructs.queues import WorkQueue, dead_letter_queue
from infra.constructs.resources import Resources
from infra.constructs.socket import InboxSocket
from infra.constructs.texts import TextSending
from infra.constructs.triggers import consume, every_minute, publish_inserts, route_events
from infra.functions import (
    FUNCTIONS,
    Authorizer,
    Events,
    EveryMinute,
    FunctionSpec,
    Http,
    Need,
    Outbox,
    Queue,
    Socket,
    SocketAuthorizer,
)
from infra.layers import LayerFolders
from infra.stacks.data import DataStack


class AppStack(Stack):
    """Makes the shared resources first, then every function of the table with what sets it off."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        stage: Stage,
        data: DataStack,
        layers: LayerFolders | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, construct_id, **kwargs)
        self._config = stage
        self._alarms = Alarms(self, stage)
        self.api = RegularsApi(self, stage)
        self._queues = {spec.name: self._work_queue(spec) for spec in FUNCTIONS if _has_queue(spec)}
        self._socket = InboxSocket(self, stage)
        self._email = EmailSending(self, stage)
        self._texts = TextSending(self, stage)
        self._resources = self._shared(data)
        code = CodeSource(self, stage, layers)
        functions = [
            RegularsFunction(self, spec, stage, code, self._resources, self._alarms) for spec in FUNCTIONS
        ]
        for function in functions:
            self._set_off(function)
        self._open_inboxes(functions)
        self._listen_to_providers()
        self._outputs(functions)

    def _shared(self, data: DataStack) -> Resources:
        return Resources(
            table=data.table,
            uploads=data.uploads,
            user_pool=data.user_pool,
            user_pool_client=data.user_pool_client,
            token_secret=data.token_secret,
            bus=events.EventBus(self, "Bus", event_bus_name=f"regulars-{self._config.name}"),
            queues={
                spec.trigger.feeds: self._queues[spec.name].queue
                for spec in FUNCTIONS
                if isinstance(spec.trigger, Queue)
            },
            ses_configuration_set=self._email.configuration_set,
            sms_configuration_set=self._texts.configuration_set,
            socket=self._socket,
            public_url=self.api.url,
        )

    def _work_queue(self, spec: FunctionSpec) -> WorkQueue:
        visibility = Duration.seconds(spec.timeout * self._config.redelivery_factor)
        return WorkQueue(self, self._config, spec.name, visibility, self._alarms)

    def _set_off(self, made: RegularsFunction) -> None:
        spec = made.spec
        match spec.trigger:
            case Authorizer():
                self.api.authorize_with(made.function)
            case Http():
                pass  # its routes have a stack of their own
            case Events() as wanted:
                queue = self._queues[spec.name].queue
                route_events(made, wanted, self._resources.bus, queue)
                consume(made.function, queue, wanted.batch_size, self._config, wanted.at_once)
            case Queue(_, batch_size):
                consume(made.function, self._queues[spec.name].queue, batch_size, self._config)
            case Outbox() as outbox:
                publish_inserts(made.function, self._resources.table, outbox, self._failures(made))
            case SocketAuthorizer() | Socket():
                pass  # both ends of one API: see _open_inboxes
            case EveryMinute():
                every_minute(made, made.function, self._failures(made))

    def _open_inboxes(self, functions: Sequence[RegularsFunction]) -> None:
        by_trigger = {type(made.spec.trigger): made.function for made in functions}
        self._socket.serve(by_trigger[SocketAuthorizer], by_trigger[Socket])

    def _listen_to_providers(self) -> None:
        queue = self._resources.queues[Need.PROVIDER_EVENTS]
        self._email.tell(queue)
        self._texts.tell(queue)

    def _failures(self, made: RegularsFunction) -> sqs.Queue:
        return dead_letter_queue(made, self._config, made.spec.name, self._alarms)

    def _outputs(self, functions: Sequence[RegularsFunction]) -> None:
        add_dashboard(
            self,
            f"regulars-{self._config.name}",
            self.api.api.ref,
            [made.function for made in functions],
            self._queues.values(),
            self._resources.table,
        )
        CfnOutput(self, "ApiId", value=self.api.api.ref)
        CfnOutput(self, "Url", value=self.api.url)
        CfnOutput(self, "SocketId", value=self._socket.api.ref)
        CfnOutput(self, "SocketUrl", value=self._socket.address)
        CfnOutput(self, "TextsTopic", value=self._texts.topic.topic_arn)
        CfnOutput(self, "AlarmTopic", value=self._alarms.topic.topic_arn)


def _has_queue(spec: FunctionSpec) -> bool:
    return isinstance(spec.trigger, (Events, Queue))
