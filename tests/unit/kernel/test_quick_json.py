"""The quick way and botocore's own give the same requests and read the same answers."""

import json
from typing import Any

import botocore.session
import pytest
from botocore.client import BaseClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.kernel.quick_json import OPERATIONS, quicken

TEXT = st.text(max_size=20)
SCALARS = st.one_of(
    st.fixed_dictionaries({"S": TEXT}),
    st.fixed_dictionaries({"N": st.integers().map(str)}),
    st.fixed_dictionaries({"B": st.binary(max_size=20)}),
    st.fixed_dictionaries({"BOOL": st.booleans()}),
    st.fixed_dictionaries({"SS": st.lists(TEXT, min_size=1, max_size=3, unique=True)}),
    st.fixed_dictionaries({"BS": st.lists(st.binary(min_size=1, max_size=4), min_size=1, max_size=3)}),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"L": st.lists(inner, max_size=3)}),
        # An entry may be called as the type of bytes is.
        st.fixed_dictionaries(
            {"M": st.dictionaries(st.sampled_from(["B", "BS", "a", "S"]), inner, max_size=3)}
        ),
    ),
    max_leaves=6,
)
ITEMS = st.dictionaries(TEXT.filter(bool), VALUES, min_size=1, max_size=5)


def a_client(service: str = "dynamodb") -> BaseClient:
    return botocore.session.get_session().create_client(
        service, region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="y"
    )


USUAL, QUICK = a_client(), quicken(a_client())


def request_of(client: Any, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
    model = client.meta.service_model.operation_model(operation)
    made: dict[str, Any] = client._serializer.serialize_to_request(parameters, model)
    return made | {"body": json.loads(made["body"])}


def parsed_by(client: Any, operation: str, status: int, body: bytes) -> Any:
    model = client.meta.service_model.operation_model(operation)
    parser = client._endpoint._response_parser_factory.create_parser("json")
    response = {
        "status_code": status,
        "headers": {"x-amzn-requestid": "R", "Content-Type": "application/x-amz-json-1.0"},
        "body": body,
        "context": {"operation_name": operation},
    }
    return parser.parse(response, model.output_shape)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ITEMS)
def test_a_write_is_the_same_request(item: dict[str, Any]) -> None:
    parameters = {
        "TransactItems": [{"Put": {"TableName": "t", "Item": item, "ConditionExpression": "a = :é"}}],
        "ClientRequestToken": "1",
    }
    usual = request_of(USUAL, "TransactWriteItems", parameters)
    quick = request_of(QUICK, "TransactWriteItems", parameters)
    usual["headers"].setdefault("Content-Type", "application/json")
    assert quick == usual


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ITEMS, min_size=1, max_size=3))
def test_an_answer_is_read_the_same(items: list[dict[str, Any]]) -> None:
    body = request_of(
        USUAL,
        "TransactWriteItems",
        {"TransactItems": [{"Put": {"TableName": "t", "Item": one}} for one in items]},
    )["body"]
    text = json.dumps({"Responses": {"t": [one["Put"]["Item"] for one in body["TransactItems"]]}}).encode()
    assert parsed_by(QUICK, "BatchGetItem", 200, text) == parsed_by(USUAL, "BatchGetItem", 200, text)


def test_an_error_is_read_by_botocore() -> None:
    reasons = [{"Code": "ConditionalCheckFailed", "Item": {"a": {"B": "eA=="}}}, {"Code": "None"}]
    body = json.dumps(
        {
            "__type": "com.amazonaws#TransactionCanceledException",
            "Message": "m",
            "CancellationReasons": reasons,
        }
    ).encode()
    found = parsed_by(QUICK, "TransactWriteItems", 400, body)
    assert found["Error"]["Code"] == "TransactionCanceledException"


@pytest.mark.parametrize("service", OPERATIONS)
def test_the_operations_are_all_body(service: str) -> None:
    client = a_client(service)
    for name in OPERATIONS[service]:
        shape = client.meta.service_model.operation_model(name).input_shape
        assert not [one for one in shape.members.values() if one.serialization.get("location")]
        assert not [
            name for name, one in shape.members.items() if one.serialization.get("name", name) != name
        ]


def test_other_operations_and_services_stay_as_they_are() -> None:
    assert quicken(client := a_client("sqs")) is client
    parameters = {"TableName": "t"}
    assert request_of(QUICK, "DescribeTable", parameters) == request_of(USUAL, "DescribeTable", parameters)


def test_bulk_mail_is_the_same_request() -> None:
    usual, quick = a_client("sesv2"), quicken(a_client("sesv2"))
    content = {"Template": {"TemplateContent": {"Subject": "ż {{p0}}"}, "TemplateData": "{}"}}
    entry = {
        "Destination": {"ToAddresses": ["ann@example.test"]},
        "ReplacementHeaders": [{"Name": "List-Unsubscribe", "Value": "<https://a.test>"}],
        "ReplacementTags": [{"Name": "delivery", "Value": "dlv_1"}],
        "ReplacementEmailContent": {"ReplacementTemplate": {"ReplacementTemplateData": '{"p0":"ł"}'}},
    }
    parameters = {
        "FromEmailAddress": "a@b.test",
        "DefaultContent": content,
        "BulkEmailEntries": [entry],
        "ConfigurationSetName": "c",
    }
    made = request_of(quick, "SendBulkEmail", parameters)
    expected = request_of(usual, "SendBulkEmail", parameters)
    expected["headers"].setdefault("Content-Type", "application/json")
    assert made == expected
