"""The embedded engine, one a test worker; tests get tenants of their own rather than an emptied table."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from local.engine import Engine
from regulars.kernel.aws import client
from regulars.kernel.ids import new_id
from regulars.kernel.settings import forget_settings
from regulars.kernel.tenancy import Tenant
from tests.resources import (
    create_bucket,
    create_jobs_queue,
    create_provider_events_queue,
    create_sends_queue,
    create_table,
    create_token_secret,
)
from tests.simulated import Simulated, pointed_at, simulated


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A running engine; every AWS client of this process talks to it."""
    with Engine(tmp_path_factory.mktemp("engine")) as running:
        os.environ.update(running.environment)
        create_token_secret()
        yield running


@pytest.fixture(scope="session")
def table(engine: Engine) -> str:
    return create_table()


@pytest.fixture(scope="session")
def bucket(engine: Engine) -> str:
    return create_bucket()


@pytest.fixture(scope="session")
def jobs_queue(engine: Engine) -> str:
    return create_jobs_queue()


@pytest.fixture(scope="session")
def sends_queue(engine: Engine) -> str:
    return create_sends_queue()


@pytest.fixture(scope="session")
def provider_events_queue(engine: Engine) -> str:
    return create_provider_events_queue()


@pytest.fixture(scope="session")
def _simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulated]:
    with simulated(tmp_path_factory.mktemp("simulator")) as running:
        yield running


@pytest.fixture
def simulator(_simulator: Simulated, tmp_path: Path) -> Iterator[Simulated]:
    """The simulated providers, started afresh: clients made during the test go to them."""
    _simulator.start_afresh(tmp_path)
    with pointed_at(_simulator):
        yield _simulator


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
    before = dict(os.environ)
    os.environ |= {
        "USER_POOL_ID": pool,
        "USER_POOL_CLIENT_ID": app,
        "USER_POOL_ISSUER": f"https://cognito-idp.{pool.split('_')[0]}.amazonaws.com/{pool}",
        "JWKS_URL": f"{os.environ['AWS_ENDPOINT_URL']}/{pool}/.well-known/jwks.json",
    }
    forget_settings()
    yield pool
    os.environ |= before
    forget_settings()


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 3, 10, 9, 30, tzinfo=UTC)


@pytest.fixture
def tenant(table: str, now: datetime) -> Tenant:
    """A fresh tenant: nothing of another test is in it."""
    return Tenant(new_id("ten", now))


@pytest.fixture
def other_tenant(table: str, now: datetime) -> Tenant:
    return Tenant(new_id("ten", now))
