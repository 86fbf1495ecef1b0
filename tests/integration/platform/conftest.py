"""A user pool as the template makes it, the token secret, and tenants with their people."""

import os
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest

from local.engine import Engine
from regulars import platform
from regulars.kernel.aws import client
from regulars.kernel.ids import new_id
from regulars.kernel.settings import forget_settings
from regulars.kernel.tenancy import Tenant
from regulars.platform import customer_tokens, tenants
from regulars.platform.model import NewTenant
from tests.integration.platform.people import TEMPORARY, signed_in, tenant_body


@pytest.fixture(scope="session")
def accounts(engine: Engine, table: str) -> Iterator[str]:
    """The user pool and its client; the settings name them from here on."""
    cognito = client("cognito-idp")
    pool = cognito.create_user_pool(
        PoolName="staff",
        UsernameAttributes=["email"],
        UsernameConfiguration={"CaseSensitive": False},
        AutoVerifiedAttributes=["email"],
        AdminCreateUserConfig={"AllowAdminCreateUserOnly": True},
        Policies={
            "PasswordPolicy": {
                "MinimumLength": 12,
                "RequireUppercase": True,
                "RequireLowercase": True,
                "RequireNumbers": True,
                "RequireSymbols": True,
            }
        },
        Schema=[{"Name": "tenant", "AttributeDataType": "String", "Mutable": False}],
    )["UserPool"]["Id"]
    app = cognito.create_user_pool_client(
        UserPoolId=pool,
        ClientName="console",
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        PreventUserExistenceErrors="ENABLED",
    )["UserPoolClient"]["ClientId"]
    secret = client("secretsmanager").create_secret(Name="token-secret", SecretString="s" * 64)["ARN"]
    before = dict(os.environ)
    os.environ |= {
        "USER_POOL_ID": pool,
        "USER_POOL_CLIENT_ID": app,
        "USER_POOL_ISSUER": f"https://cognito-idp.{pool.split('_')[0]}.amazonaws.com/{pool}",
        "JWKS_URL": f"{os.environ['AWS_ENDPOINT_URL']}/{pool}/.well-known/jwks.json",
        "TOKEN_SECRET_ARN": secret,
    }
    forget_settings()
    yield pool
    os.environ |= before
    forget_settings()


@pytest.fixture(autouse=True)
def _fresh_process(accounts: str) -> None:
    """What a warm process remembers would hide what is stored."""
    tenants._cache.clear()
    customer_tokens._secret.cache_clear()


@pytest.fixture
def address(now: datetime) -> Callable[[], str]:
    """Addresses nobody has used."""
    return lambda: f"{new_id('x', now).lower()}@shop.example"


@pytest.fixture
def new_tenant(address: Callable[[], str]) -> NewTenant:
    return NewTenant.model_validate(tenant_body(address()))


@pytest.fixture
def shop(new_tenant: NewTenant, now: datetime) -> Tenant:
    """A tenant whose owner may sign in with PASSWORD after choosing it."""
    made = platform.create_tenant(new_tenant, by="test", now=now, temporary_password=TEMPORARY)
    return Tenant(made.id)


@pytest.fixture
def owner_token(shop: Tenant, new_tenant: NewTenant) -> str:
    """The id token of the shop's owner."""
    return signed_in(new_tenant.owner.email)
