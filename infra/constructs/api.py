"""The HTTP API, with one authorizer in front of every route."""

import json
from collections.abc import Iterable

from aws_cdk import Aws, Duration, Fn, RemovalPolicy
from aws_cdk import aws_apigatewayv2 as apigw
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.config import Stage, physical_name

CALLER = "apigateway.amazonaws.com"
CORS_HEADERS = ["authorization", "content-type", "idempotency-key", "if-match", "if-none-match", "x-api-key"]
EXPOSED_HEADERS = ["etag", "location", "retry-after", "x-correlation-id"]
LOG_FIELDS = {
    "requestId": "$context.requestId",
    "routeKey": "$context.routeKey",
    "status": "$context.status",
    "latency": "$context.responseLatency",
    "integrationError": "$context.integrationErrorMessage",
}


class RegularsApi(Construct):
    """The API Gateway HTTP API. `url` is known before any function is made, so functions may link to it."""

    def __init__(self, scope: Construct, stage: Stage) -> None:
        super().__init__(scope, "Api")
        self.api = apigw.CfnApi(
            self,
            "HttpApi",
            name=f"regulars-{stage.name}",
            protocol_type="HTTP",
            cors_configuration=apigw.CfnApi.CorsProperty(
                allow_origins=["*"],
                allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
                allow_headers=CORS_HEADERS,
                expose_headers=EXPOSED_HEADERS,
                max_age=3600,
            ),
        )
        self.url = stage.public_url or self.api.attr_api_endpoint
        self._stage(stage)
        self._authorizer: apigw.CfnAuthorizer | None = None

    def _stage(self, stage: Stage) -> None:
        log_group = logs.LogGroup(
            self,
            "AccessLogs",
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=RemovalPolicy.DESTROY,
        )
        apigw.CfnStage(
            self,
            "DefaultStage",
            api_id=self.api.ref,
            stage_name="$default",
            auto_deploy=True,
            access_log_settings=apigw.CfnStage.AccessLogSettingsProperty(
                destination_arn=log_group.log_group_arn, format=json.dumps(LOG_FIELDS)
            ),
            default_route_settings=apigw.CfnStage.RouteSettingsProperty(
                throttling_rate_limit=stage.requests_per_second,
                throttling_burst_limit=stage.requests_per_second * 2,
                detailed_metrics_enabled=not stage.is_local,
            ),
        )

    def authorize_with(self, function: lambda_.Function) -> None:
        """Puts the function before every route: no identity sources and no cache, so that it always decides."""
        function.add_permission(
            "Authorizer-api",
            principal=iam.ServicePrincipal(CALLER),
            scope=self,
            source_arn=_whole(self.api.ref),
        )
        self._authorizer = apigw.CfnAuthorizer(
            self,
            "Authorizer",
            api_id=self.api.ref,
            name="authorize-requests",
            authorizer_type="REQUEST",
            authorizer_payload_format_version="2.0",
            enable_simple_responses=True,
            authorizer_result_ttl_in_seconds=0,
            authorizer_uri=Fn.join(
                "",
                [
                    f"arn:{Aws.PARTITION}:apigateway:{Aws.REGION}:lambda:path/2015-03-31/functions/",
                    function.function_arn,
                    "/invocations",
                ],
            ),
        )

    @property
    def authorizer_id(self) -> str:
        """Raises ValueError before an authorizer was set."""
        if self._authorizer is None:
            raise ValueError("an API without an authorizer serves nothing")
        return self._authorizer.ref


class ApiRoutes(Construct):
    """Routes of an API that lies in another stack; each function has one integration and one permission."""

    def __init__(self, scope: Construct, stage: Stage, api: RegularsApi) -> None:
        super().__init__(scope, "Routes")
        self._stage = stage
        self._api_id = api.api.ref
        self._authorizer_id = api.authorizer_id

    def serve(self, name: str, route_keys: Iterable[str]) -> None:
        """Routes the keys to the function of that name."""
        arn = f"arn:{Aws.PARTITION}:lambda:{Aws.REGION}:{Aws.ACCOUNT_ID}:function:{physical_name(self._stage, name)}"
        lambda_.CfnPermission(
            self,
            f"{name}-api",
            action="lambda:InvokeFunction",
            function_name=physical_name(self._stage, name),
            principal=CALLER,
            source_arn=_whole(self._api_id),
        )
        integration = apigw.CfnIntegration(
            self,
            f"{name}-integration",
            api_id=self._api_id,
            integration_type="AWS_PROXY",
            integration_uri=arn,
            payload_format_version="2.0",
            timeout_in_millis=int(Duration.seconds(29).to_milliseconds()),
        )
        for key in route_keys:
            apigw.CfnRoute(
                self,
                f"route {key}",
                api_id=self._api_id,
                route_key=key,
                authorization_type="CUSTOM",
                authorizer_id=self._authorizer_id,
                target=f"integrations/{integration.ref}",
            )


def _whole(api_id: str) -> str:
    return f"arn:{Aws.PARTITION}:execute-api:{Aws.REGION}:{Aws.ACCOUNT_ID}:{api_id}/*"
