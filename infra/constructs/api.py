"""The HTTP API: one authorizer in front of every route, one integration and one permission per function."""

import json
from collections.abc import Iterable

from aws_cdk import Aws, Duration, Fn, RemovalPolicy
from aws_cdk import aws_apigatewayv2 as apigw
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.config import Stage

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
        self._permit("Authorizer", function)
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

    def serve(self, function: lambda_.Function, name: str, route_keys: Iterable[str]) -> None:
        """Routes the keys to the function. Raises ValueError before an authorizer was set."""
        if self._authorizer is None:
            raise ValueError("an API without an authorizer serves nothing")
        self._permit(name, function)
        integration = apigw.CfnIntegration(
            self,
            f"{name}-integration",
            api_id=self.api.ref,
            integration_type="AWS_PROXY",
            integration_uri=function.function_arn,
            payload_format_version="2.0",
            timeout_in_millis=int(Duration.seconds(29).to_milliseconds()),
        )
        for key in route_keys:
            apigw.CfnRoute(
                self,
                f"route {key}",
                api_id=self.api.ref,
                route_key=key,
                authorization_type="CUSTOM",
                authorizer_id=self._authorizer.ref,
                target=f"integrations/{integration.ref}",
            )

    def _permit(self, name: str, function: lambda_.Function) -> None:
        function.add_permission(
            f"{name}-api",
            principal=iam.ServicePrincipal("apigateway.amazonaws.com"),
            scope=self,
            source_arn=f"arn:{Aws.PARTITION}:execute-api:{Aws.REGION}:{Aws.ACCOUNT_ID}:{self.api.ref}/*",
        )
