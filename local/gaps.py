"""Sets by API call what the engine leaves out when it deploys a template; the template itself is right for AWS."""

import json
import re
from typing import Any

import boto3

from local.deployment import Deployment
from local.engine import Engine
from local.paths import LocalFolder

ADDRESS_DOMAIN = re.compile(r"@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)")


def close_gaps(engine: Engine, folder: LocalFolder, deployment: Deployment) -> None:
    """Time to live, CORS, the authorizer without identity sources, point-in-time recovery: as the template says."""
    _switch_on_expiry(engine, deployment)
    _let_authorizer_always_decide(engine, deployment)
    _allow_origins(engine, folder, deployment)
    verify_senders(engine, deployment)


def verify_senders(engine: Engine, deployment: Deployment) -> None:
    """Verifies the sender address of every tenant with SES, which on AWS its owner does by a DNS record."""
    table = boto3.client("dynamodb", **engine.client_settings)
    found = table.query(
        TableName=deployment.table_name,
        IndexName="by_list",
        KeyConditionExpression="g1pk = :tenants",
        ExpressionAttributeValues={":tenants": {"S": "S#TENANTS"}},
    )
    mail = boto3.client("sesv2", **engine.client_settings)
    known = {identity["IdentityName"] for identity in mail.list_email_identities()["EmailIdentities"]}
    for domain in {domain for item in found["Items"] for domain in _domains(item)} - known:
        mail.create_email_identity(EmailIdentity=domain)


class Senders:
    """Which addresses SES would send from: those, or whose domains, are verified at the engine."""

    def __init__(self, engine: Engine) -> None:
        self._mail = boto3.client("sesv2", **engine.client_settings)
        self._known: set[str] = set()

    def is_verified(self, address: str) -> bool:
        """Asks the engine only of what it has not said yes to before."""
        wanted = {address.lower(), address.lower().rpartition("@")[2]}
        if not wanted & self._known:
            listed = self._mail.list_email_identities(PageSize=1000)["EmailIdentities"]
            self._known = {identity["IdentityName"].lower() for identity in listed}
        return bool(wanted & self._known)


def _domains(item: dict[str, Any]) -> set[str]:
    """Domains of every address anywhere in a tenant's item, however it is nested."""
    return {domain.lower() for domain in ADDRESS_DOMAIN.findall(json.dumps(item))}


def _switch_on_expiry(engine: Engine, deployment: Deployment) -> None:
    table = boto3.client("dynamodb", **engine.client_settings)
    name = deployment.table_name
    if table.describe_time_to_live(TableName=name)["TimeToLiveDescription"]["TimeToLiveStatus"] != "ENABLED":
        table.update_time_to_live(
            TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires_at"}
        )


def _let_authorizer_always_decide(engine: Engine, deployment: Deployment) -> None:
    """Left out of a template, identity sources are none on AWS; the engine then asks for a header."""
    api = boto3.client("apigatewayv2", **engine.client_settings)
    for authorizer in api.get_authorizers(ApiId=deployment.api_id)["Items"]:
        api.update_authorizer(
            ApiId=deployment.api_id, AuthorizerId=authorizer["AuthorizerId"], IdentitySource=[]
        )


def _allow_origins(engine: Engine, folder: LocalFolder, deployment: Deployment) -> None:
    template = json.loads((folder.assembly / "RegularsApp-local.template.json").read_text())
    wanted = next(
        resource["Properties"]["CorsConfiguration"]
        for resource in template["Resources"].values()
        if "CorsConfiguration" in resource.get("Properties", {})
    )
    boto3.client("apigatewayv2", **engine.client_settings).update_api(
        ApiId=deployment.api_id, CorsConfiguration=wanted
    )
