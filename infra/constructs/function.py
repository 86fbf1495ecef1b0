"""The base of every function: its own role, its own log group, its settings and an alarm on its faults."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.config import Stage, physical_name
from infra.constructs.alarms import Alarms
from infra.constructs.code import CodeSource
from infra.constructs.resources import Resources, grant_needs, settings_for
from infra.functions import FunctionSpec


class RegularsFunction(Construct):
    """One row of the function table as a Lambda function with least privilege."""

    def __init__(
        self,
        scope: Construct,
        spec: FunctionSpec,
        stage: Stage,
        code: CodeSource,
        resources: Resources,
        alarms: Alarms,
    ) -> None:
        super().__init__(scope, _camel(spec.name))
        self.spec = spec
        source = code.of(spec)
        log_group = _log_group(self, stage, spec.name)
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=physical_name(stage, spec.name),
            code=source.code,
            handler=source.handler,
            layers=list(source.layers),
            runtime=lambda_.Runtime(stage.runtime, lambda_.RuntimeFamily.PYTHON),
            architecture=None if stage.is_local else lambda_.Architecture.ARM_64,
            memory_size=spec.memory,
            timeout=Duration.seconds(spec.timeout),
            environment=settings_for(spec, stage, resources) | source.environment,
            role=_role(self, log_group),
            log_group=log_group,
        )
        grant_needs(self.function, spec, stage, resources)
        alarms.on_function(self.function, spec.name)


def _log_group(scope: Construct, stage: Stage, name: str) -> logs.LogGroup:
    return logs.LogGroup(
        scope,
        "Logs",
        log_group_name=f"/aws/lambda/{physical_name(stage, name)}",
        retention=_retention(stage.log_retention_days),
        removal_policy=RemovalPolicy.DESTROY,
    )


def _retention(days: int) -> logs.RetentionDays:
    return {
        1: logs.RetentionDays.ONE_DAY,
        30: logs.RetentionDays.ONE_MONTH,
        365: logs.RetentionDays.ONE_YEAR,
    }[days]


def _role(scope: Construct, log_group: logs.LogGroup) -> iam.Role:
    role = iam.Role(scope, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    log_group.grant_write(role)
    return role


def _camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))
