"""The console in Chromium against a real local run: empty, on ports of its own, filled through the API."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from local.engine_state import saved_port
from local.paths import ROOT
from tests.browser.shop import Shop, fill
from tests.e2e.conftest import LocalRun

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Milliseconds; generous, because the machine may be busy with other tests.
WAIT = 20_000
expect.set_options(timeout=WAIT)

# Opens the console as somebody of a role; `how` are options of the browser's context.
Open = Callable[..., Page]


@pytest.fixture(scope="session", autouse=True)
def _chromium() -> None:
    """Without a browser there is nothing to see: the rest of the tests does not depend on one."""
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not there: apt-get install chromium")


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalRun]:
    """A running stage without any tenant."""
    local_run = LocalRun(tmp_path_factory.mktemp("browser"))
    try:
        yield local_run.start()
    finally:
        local_run.stop()


@pytest.fixture(scope="session")
def shop(run: LocalRun) -> Shop:
    return fill(run)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield started
        started.close()


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
def temporary_password(run: LocalRun, shop: Shop) -> str:
    """The owner's first password, as the invitation would bring it."""
    password = "First-Password-1"
    outputs = json.loads((run.folder / "deployment.json").read_text())["outputs"]
    accounts = boto3.client(
        "cognito-idp",
        endpoint_url=f"http://127.0.0.1:{saved_port(run.folder / 'state')}",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    pool = outputs["RegularsData-local"]["UserPoolId"]
    accounts.admin_set_user_password(
        UserPoolId=pool, Username=shop.owner_email, Password=password, Permanent=False
    )
    return password


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong and calls serious or critical."""
    page.evaluate("() => {" + AXE.read_text() + "}")
    script = """async (rules) => {
        const found = await axe.run(document, { runOnly: rules });
        return found.violations
            .filter((one) => ["serious", "critical"].includes(one.impact))
            .map((one) => `${one.id}: ${one.nodes[0].html.slice(0, 120)} ${one.nodes[0].failureSummary}`);
    }"""
    found: list[str] = page.evaluate(script, RULES)
    return found
