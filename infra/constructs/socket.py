"""The WebSocket API of open inboxes: who connects is decided once, at `$connect`, by the customer's token."""

from aws_cdk import Aws, Fn, RemovalPolicy, Stack
from aws_cdk import aws_apigatewayv2 as apigw
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.config import Stage
from infra.exceptions import accept

STAGE = "live"
ROUTES = ("$connect", "$disconnect", "$default")
# What a connection is recognised by in the log; neither its token nor whose it is.
LOG_FORMAT = '{"requestId": "$context.requestId", "route": "$context.routeKey", "status": "$context.status"}'


class InboxSocket(Construct):
    """The API Gateway WebSocket API. `url` (where functions post messages for connections) is known before any function."""

    def __init__(self, scope: Construct, stage: Stage) -> None:
        super().__init__(scope, "InboxSocket")
        self.api = apigw.CfnApi(
            self,
            "SocketApi",
            name=f"regulars-{stage.name}-inbox",
            protocol_type="WEBSOCKET",
            route_selection_expression="$request.body.action",
        )
        self._stage(stage)
        host = f"{self.api.ref}.execute-api.{Aws.REGION}.{Aws.URL_SUFFIX}/{STAGE}"
        self.url = f"https://{host}"
        self.address = f"wss://{host}"
        if stage.local is not None:
            self.url = f"{stage.local.engine_url}/_aws/execute-api/{self.api.ref}/{STAGE}"
            self.address = f"{(stage.public_url or '').replace('http', 'ws', 1)}/_local/socket"
        arn = f"arn:{Aws.PARTITION}:execute-api:{Aws.REGION}:{Aws.ACCOUNT_ID}:{self.api.ref}"
        self.connections = f"{arn}/{STAGE}/POST/@connections/*"

    @property
    def connections_as_nag_says(self) -> str:
        """How cdk-nag names `connections` in a finding."""
        api = Stack.of(self).get_logical_id(self.api)
        account = "arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>"
        return f"{account}:<{api}>/{STAGE}/POST/@connections/*"

    def _stage(self, stage: Stage) -> None:
        log_group = logs.LogGroup(
            self,
            "AccessLogs",
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=RemovalPolicy.DESTROY,
        )
        apigw.CfnStage(
            self,
            "LiveStage",
            api_id=self.api.ref,
            stage_name=STAGE,
            auto_deploy=True,
            access_log_settings=apigw.CfnStage.AccessLogSettingsProperty(
                destination_arn=log_group.log_group_arn, format=LOG_FORMAT
            ),
            default_route_settings=apigw.CfnStage.RouteSettingsProperty(
                throttling_rate_limit=stage.requests_per_second,
                throttling_burst_limit=stage.requests_per_second * 2,
            ),
        )

    def serve(self, authorizer: lambda_.Function, function: lambda_.Function) -> None:
        """Has `authorizer` decide who may connect, and `function` told of each connection's beginning and end."""
        self._permit("Authorizer", authorizer)
        self._permit("Routes", function)
        decides = apigw.CfnAuthorizer(
            self,
            "Authorizer",
            api_id=self.api.ref,
            name="authorize-inbox",
            authorizer_type="REQUEST",
            authorizer_uri=_invocation(authorizer),
            # Without a token API Gateway refuses by itself.
            identity_source=["route.request.querystring.token"],
        )
        integration = apigw.CfnIntegration(
            self,
            "Integration",
            api_id=self.api.ref,
            integration_type="AWS_PROXY",
            integration_uri=_invocation(function),
        )
        for key in ROUTES:
            route = apigw.CfnRoute(
                self,
                f"route {key}",
                api_id=self.api.ref,
                route_key=key,
                authorization_type="CUSTOM" if key == "$connect" else "NONE",
                authorizer_id=decides.ref if key == "$connect" else None,
                target=f"integrations/{integration.ref}",
            )
            if key != "$connect":
                accept(
                    route, "AwsSolutions-APIG4", "a WebSocket API authorizes at $connect, for the connection"
                )

    def _permit(self, name: str, function: lambda_.Function) -> None:
        function.add_permission(
            f"inbox-{name}",
            principal=iam.ServicePrincipal("apigateway.amazonaws.com"),
            scope=self,
            source_arn=f"arn:{Aws.PARTITION}:execute-api:{Aws.REGION}:{Aws.ACCOUNT_ID}:{self.api.ref}/*",
        )


def _invocation(function: lambda_.Function) -> str:
    path = f"arn:{Aws.PARTITION}:apigateway:{Aws.REGION}:lambda:path/2015-03-31/functions/"
    return Fn.join("", [path, function.function_arn, "/invocations"])
