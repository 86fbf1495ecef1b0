"""What the synthesized template must hold, whatever is added to the table of functions."""

import json
from typing import Any

import pytest

from infra.config import ROOT, aws_stage
from infra.constructs.code import SIMULATED
from infra.functions import FUNCTIONS, Events, Need, settings_of
from infra.openapi import read_routes
from tests.infra.conftest import Synthesize, Synthesized

LOCAL_TRACES = (
    "LOCAL_TOKENS",
    "_local",
    "LIVE_HANDLER",
    "PYTHONPATH",
    "ministack",
    "127.0.0.1",
    "localhost",
    "virtual",
)


def test_there_is_room_below_the_limit_of_resources(on_aws: Synthesized) -> None:
    assert max(len(template["Resources"]) for template in on_aws.templates) < 450


def test_every_declared_function_has_a_folder_and_every_folder_is_declared() -> None:
    folders = {path.parent.name for path in (ROOT / "functions").glob("*/handler.py")}
    assert folders == {spec.name for spec in FUNCTIONS}


def test_nothing_of_the_local_run_is_in_a_stage_on_aws(on_aws: Synthesized) -> None:
    text = json.dumps(on_aws.templates)
    assert [trace for trace in LOCAL_TRACES if trace in text] == []


def test_the_local_stage_has_what_the_others_must_not_have(on_laptop: Synthesized) -> None:
    environments = _environments(on_laptop)
    assert {environment["CLOCK"] for environment in environments.values()} == {"virtual"}
    assert environments["regulars-local-authorize-requests"]["LOCAL_TOKENS"] == "a-secret"
    assert {environment["CLOCK"] for environment in environments.values()} == {"virtual"}


def test_each_function_gets_exactly_the_settings_it_declares(
    on_aws: Synthesized, on_laptop: Synthesized
) -> None:
    for synthesized in (on_aws, on_laptop):
        local = synthesized.stage.is_local
        environments = _environments(synthesized)
        for spec in FUNCTIONS:
            name = f"regulars-{synthesized.stage.name}-{spec.name.replace('_', '-')}"
            given = set(environments[name]) - {"LIVE_HANDLER", "PYTHONPATH", *(SIMULATED if local else ())}
            assert given == set(settings_of(spec, local=local)), spec.name


def test_the_same_resources_are_deployed_locally_and_on_aws(
    on_aws: Synthesized, on_laptop: Synthesized
) -> None:
    expected_to_differ = {
        "AWS::Lambda::LayerVersion",
        "AWS::SES::ConfigurationSetEventDestination",
        "AWS::SMSVOICE::ConfigurationSet",
    }
    assert _counts(on_aws, expected_to_differ) == _counts(on_laptop, expected_to_differ)


def test_functions_on_aws_run_on_arm_with_both_layers_and_the_worker_of_jobs_with_the_third(
    on_aws: Synthesized,
) -> None:
    for function in on_aws.properties("AWS::Lambda::Function"):
        assert function["Runtime"] == "python3.14"
        assert function["Architectures"] == ["arm64"]
        layers = {reference["Ref"].split("Layer")[0] for reference in function["Layers"]}
        bulk = {"Science"} if function["FunctionName"].endswith("-run-jobs") else set()
        assert layers == {"Vendor", "Regulars"} | bulk


def test_every_function_keeps_its_log_for_a_set_time(on_aws: Synthesized) -> None:
    groups = on_aws.of_type("AWS::Logs::LogGroup")
    assert all(group["Properties"]["RetentionInDays"] for group in groups.values())
    for function in on_aws.properties("AWS::Lambda::Function"):
        assert function["LoggingConfig"]["LogGroup"]["Ref"] in groups


def test_every_function_has_a_role_of_its_own_without_wild_actions(on_aws: Synthesized) -> None:
    functions = on_aws.properties("AWS::Lambda::Function")
    roles = {function["Role"]["Fn::GetAtt"][0] for function in functions}
    assert len(roles) == len(functions)
    assert all("ManagedPolicyArns" not in role for role in on_aws.properties("AWS::IAM::Role"))
    actions = [action for policy in on_aws.properties("AWS::IAM::Policy") for action in _actions(policy)]
    assert [action for action in actions if "*" in action] == []


def test_only_listing_streams_is_allowed_on_everything(on_aws: Synthesized) -> None:
    wide = [
        statement["Action"]
        for policy in on_aws.properties("AWS::IAM::Policy")
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Resource"] == "*"
    ]
    assert wide == ["dynamodb:ListStreams"]


def test_every_function_has_alarms_on_errors_and_throttles(on_aws: Synthesized) -> None:
    for metric in ("Errors", "Throttles"):
        watched = _watched(on_aws, "AWS/Lambda", metric, "FunctionName")
        assert watched == set(on_aws.of_type("AWS::Lambda::Function"))


def test_every_queue_has_a_dead_letter_queue_and_every_such_queue_an_alarm(on_aws: Synthesized) -> None:
    queues = on_aws.of_type("AWS::SQS::Queue")
    working = {name: queue["Properties"].get("RedrivePolicy") for name, queue in queues.items()}
    dead_letters = {name for name, policy in working.items() if policy is None}
    targets = {policy["deadLetterTargetArn"]["Fn::GetAtt"][0] for policy in working.values() if policy}
    consumers = [spec for spec in FUNCTIONS if isinstance(spec.trigger, Events)]
    assert targets <= dead_letters
    assert len(targets) >= len(consumers)
    assert (
        _watched(on_aws, "AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName")
        == dead_letters
        == {name for name, queue in queues.items() if "DeadLetters" in name}
    )


def test_a_queue_hides_a_message_longer_than_its_consumer_may_run(on_aws: Synthesized) -> None:
    functions = on_aws.of_type("AWS::Lambda::Function")
    queues = on_aws.of_type("AWS::SQS::Queue")
    for mapping in on_aws.properties("AWS::Lambda::EventSourceMapping"):
        source = mapping["EventSourceArn"].get("Fn::GetAtt", [None])[0]
        if source in queues:
            timeout = functions[mapping["FunctionName"]["Ref"]]["Properties"]["Timeout"]
            assert queues[source]["Properties"]["VisibilityTimeout"] >= 6 * timeout


def test_every_asynchronous_edge_reports_single_failures(on_aws: Synthesized) -> None:
    for mapping in on_aws.properties("AWS::Lambda::EventSourceMapping"):
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_few_batches_of_mail_are_sent_at_a_time(on_aws: Synthesized) -> None:
    bounded = [
        mapping["ScalingConfig"]["MaximumConcurrency"]
        for mapping in on_aws.properties("AWS::Lambda::EventSourceMapping")
        if "ScalingConfig" in mapping
    ]
    assert set(bounded) == {5}
    assert len(bounded) == len([spec for spec in FUNCTIONS if getattr(spec.trigger, "at_once", None)])


def test_the_stream_publishes_inserted_events_only_and_gives_up_into_a_queue(on_aws: Synthesized) -> None:
    (mapping,) = [
        mapping
        for mapping in on_aws.properties("AWS::Lambda::EventSourceMapping")
        if "StartingPosition" in mapping
    ]
    pattern = json.loads(mapping["FilterCriteria"]["Filters"][0]["Pattern"])
    assert pattern == {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"kind": {"S": ["event"]}}}}
    assert mapping["StartingPosition"] == "TRIM_HORIZON"
    assert mapping["BisectBatchOnFunctionError"] is True
    assert "OnFailure" in mapping["DestinationConfig"]


def test_imported_history_never_reaches_the_sender(on_aws: Synthesized) -> None:
    patterns = [rule["EventPattern"] for rule in on_aws.properties("AWS::Events::Rule")]
    sender = {"source": ["regulars"], "detail-type": ["order.placed"], "detail": {"history": [False]}}
    assert sender in patterns
    assert patterns.count({"source": ["regulars"]}) == 2


def test_the_table_can_be_restored_and_is_encrypted(on_aws: Synthesized) -> None:
    (table,) = on_aws.of_type("AWS::DynamoDB::Table").values()
    properties = table["Properties"]
    assert properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert properties["SSESpecification"]["SSEEnabled"] is True
    assert properties["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}
    assert properties["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert [index["IndexName"] for index in properties["GlobalSecondaryIndexes"]] == ["by_list", "by_sort"]


DATA = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::Cognito::UserPool", "AWS::SecretsManager::Secret")


@pytest.mark.parametrize("kind", DATA)
def test_data_outlives_its_stack(on_aws: Synthesized, kind: str) -> None:
    policies = {resource["DeletionPolicy"] for resource in on_aws.of_type(kind).values()}
    assert policies == {"Retain"}


@pytest.mark.parametrize("kind", DATA)
def test_data_goes_with_its_stack_when_told(
    monkeypatch: pytest.MonkeyPatch, synthesize: Synthesize, kind: str
) -> None:
    monkeypatch.setenv("KEEP_DATA", "no")
    synthesized = synthesize(aws_stage("dev"))
    assert {resource["DeletionPolicy"] for resource in synthesized.of_type(kind).values()} == {"Delete"}


def test_uploads_are_private_encrypted_and_reachable_over_tls_only(on_aws: Synthesized) -> None:
    (bucket,) = on_aws.properties("AWS::S3::Bucket")
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["BucketEncryption"]
    (policy,) = on_aws.properties("AWS::S3::BucketPolicy")
    assert policy["PolicyDocument"]["Statement"][0]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_staff_cannot_choose_their_tenant_or_sign_up(on_aws: Synthesized) -> None:
    (pool,) = on_aws.properties("AWS::Cognito::UserPool")
    (client,) = on_aws.properties("AWS::Cognito::UserPoolClient")
    tenant = next(attribute for attribute in pool["Schema"] if attribute["Name"] == "tenant")
    assert tenant["Mutable"] is False
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    assert "custom:tenant" not in client["WriteAttributes"]


def test_every_documented_operation_has_a_route_and_every_route_the_authorizer(on_aws: Synthesized) -> None:
    authorizer = _http_api(on_aws)[1]
    routes = {
        route["RouteKey"]: route
        for route in on_aws.properties("AWS::ApiGatewayV2::Route")
        if "Fn::ImportValue" in route["ApiId"]
    }
    assert {route.key for route in read_routes()} | {"$default"} <= set(routes)
    assert {route["AuthorizationType"] for route in routes.values()} == {"CUSTOM"}
    (named,) = {route["AuthorizerId"]["Fn::ImportValue"] for route in routes.values()}
    assert f"Ref{authorizer}" in named


def test_the_authorizer_decides_on_every_request(on_aws: Synthesized) -> None:
    authorizer = _http_api(on_aws)[2]
    assert authorizer["AuthorizerResultTtlInSeconds"] == 0
    assert "IdentitySource" not in authorizer
    assert authorizer["EnableSimpleResponses"] is True


def test_an_inbox_is_opened_by_token_only_and_its_connections_by_nobody_else(on_aws: Synthesized) -> None:
    http = {"Ref": _http_api(on_aws)[0]}
    routes = [route for route in on_aws.properties("AWS::ApiGatewayV2::Route") if "Ref" in route["ApiId"]]
    assert {route["RouteKey"]: route["AuthorizationType"] for route in routes} == {
        "$connect": "CUSTOM",
        "$disconnect": "NONE",
        "$default": "NONE",
    }
    (authorizer,) = (
        one for one in on_aws.properties("AWS::ApiGatewayV2::Authorizer") if one["ApiId"] != http
    )
    assert authorizer["IdentitySource"] == ["route.request.querystring.token"]
    formats = [
        stage["AccessLogSettings"]["Format"] for stage in on_aws.properties("AWS::ApiGatewayV2::Stage")
    ]
    assert not [one for one in formats if "token" in one or "query" in one.lower()]


def test_what_providers_tell_of_our_mails_and_texts_is_queued(on_aws: Synthesized) -> None:
    name = f"regulars-{on_aws.stage.name}"
    (rule,) = (
        rule["EventPattern"]
        for rule in on_aws.properties("AWS::Events::Rule")
        if rule["EventPattern"]["source"] == ["aws.ses"]
    )
    assert rule["detail"] == {"mail": {"tags": {"ses:configuration-set": [name]}}}
    (texts,) = on_aws.properties("AWS::SMSVOICE::ConfigurationSet")
    assert texts["ConfigurationSetName"] == name
    assert texts["EventDestinations"][0]["MatchingEventTypes"] == ["TEXT_ALL"]
    (subscription,) = (one for one in on_aws.properties("AWS::SNS::Subscription") if one["Protocol"] == "sqs")
    assert "providerevents" in subscription["Endpoint"]["Fn::GetAtt"][0].replace("_", "").lower()


def test_ses_neither_rewrites_links_nor_adds_pictures(on_aws: Synthesized) -> None:
    (destination,) = on_aws.properties("AWS::SES::ConfigurationSetEventDestination")
    types = set(destination["EventDestination"]["MatchingEventTypes"])
    assert not types & {"open", "click"}
    assert {"delivery", "bounce", "complaint", "reject", "renderingFailure"} <= types


@pytest.mark.parametrize(
    ("variable", "value", "actions"),
    [
        ("SMS_PROVIDER", "end_user_messaging", {"sms-voice:SendTextMessage"}),
        ("SMS_PROVIDER", "sns", {"sns:Publish"}),
        ("PUSH_APPLICATION", "a1b2c3", {"mobiletargeting:SendMessages"}),
        (
            "PUSH_APPLICATION",
            "ios=arn:aws:sns:eu-west-1:123456789012:app/APNS/shop",
            {"sns:Publish", "sns:CreatePlatformEndpoint", "sns:SetEndpointAttributes"},
        ),
    ],
)
def test_who_sends_may_use_the_providers_that_are_chosen(
    monkeypatch: pytest.MonkeyPatch, synthesize: Synthesize, variable: str, value: str, actions: set[str]
) -> None:
    monkeypatch.setenv(variable, value)
    synthesized = synthesize(aws_stage("dev"))
    senders = [spec for spec in FUNCTIONS if Need.MESSAGES in spec.needs]
    allowed = [set(_actions(policy)) for policy in synthesized.properties("AWS::IAM::Policy")]
    assert senders
    assert len([one for one in allowed if actions <= one]) == len(senders)


def test_an_unknown_stage_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown stage"):
        aws_stage("production")


def _http_api(synthesized: Synthesized) -> tuple[str, str, dict[str, Any]]:
    """Logical ids of the HTTP API and its authorizer, and the authorizer's properties."""
    (api,) = (
        name
        for name, one in synthesized.of_type("AWS::ApiGatewayV2::Api").items()
        if one["Properties"]["ProtocolType"] == "HTTP"
    )
    (found,) = (
        (name, one["Properties"])
        for name, one in synthesized.of_type("AWS::ApiGatewayV2::Authorizer").items()
        if one["Properties"]["ApiId"] == {"Ref": api}
    )
    return api, *found


def _environments(synthesized: Synthesized) -> dict[str, dict[str, Any]]:
    return {
        function["FunctionName"]: function["Environment"]["Variables"]
        for function in synthesized.properties("AWS::Lambda::Function")
    }


def _actions(policy: dict[str, Any]) -> list[str]:
    found = [statement["Action"] for statement in policy["PolicyDocument"]["Statement"]]
    return [action for actions in found for action in ([actions] if isinstance(actions, str) else actions)]


def _watched(synthesized: Synthesized, namespace: str, metric: str, dimension: str) -> set[str]:
    found = set()
    for alarm in synthesized.properties("AWS::CloudWatch::Alarm"):
        if alarm.get("Namespace") == namespace and alarm["MetricName"] == metric:
            value = next(each["Value"] for each in alarm["Dimensions"] if each["Name"] == dimension)
            found.add(value["Ref"] if "Ref" in value else value["Fn::GetAtt"][0])
    return found


def _counts(synthesized: Synthesized, ignored: set[str]) -> dict[str, int]:
    kinds = [r["Type"] for template in synthesized.templates for r in template["Resources"].values()]
    return {kind: kinds.count(kind) for kind in set(kinds) - ignored}
