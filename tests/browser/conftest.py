"""The console in Chromium against the real local run, in a shop filled through the API."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from local.engine_state import saved_port
from tests.browser.shop import Shop, fill
from tests.chromium import CHROMIUM, WAIT, chromium
from tests.running import LocalRun

# Opens the console as somebody of a role; `how` are options of the browser's context.
Open = Callable[..., Page]


@pytest.fixture(scope="session", autouse=True)
def _chromium() -> None:
    """Without a browser there is nothing to see: the rest of the tests does not depend on one."""
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not there: apt-get install chromium")


@pytest.fixture(scope="session")
def shop(local_run: LocalRun) -> Shop:
    return fill(local_run)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def as_role(browser: Browser, shop: Shop) -> Iterator[Open]:
    """Opens a path of the console as somebody of a role. A script that fails, or that the policy refuses, fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_as(role: str, path: str = "", **how: Any) -> Page:
        context = browser.new_context(base_url=shop.url, reduced_motion="reduce", **how)
        contexts.append(context)
        context.add_cookies([{"name": "regulars_session", "value": shop.tokens[role], "url": shop.url}])
        page = context.new_page()
        page.set_default_timeout(WAIT)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None
        )
        page.goto(f"/console{path}")
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def anonymous(browser: Browser, shop: Shop) -> Iterator[Page]:
    """A browser that has not signed in."""
    context = browser.new_context(base_url=shop.url)
    page = context.new_page()
    page.set_default_timeout(WAIT)
    yield page
    context.close()


@pytest.fixture
def temporary_password(local_run: LocalRun, shop: Shop) -> str:
    """The owner's first password, as the invitation would bring it."""
    password = "First-Password-1"
    outputs = json.loads((local_run.folder / "deployment.json").read_text())["outputs"]
    accounts = boto3.client(
        "cognito-idp",
        endpoint_url=f"http://127.0.0.1:{saved_port(local_run.folder / 'state')}",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    pool = outputs["RegularsData-local"]["UserPoolId"]
    accounts.admin_set_user_password(
        UserPoolId=pool, Username=shop.owner_email, Password=password, Permanent=False
    )
    return password
