"""Chromium for tests that look at pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from local.paths import ROOT

CHROMIUM = Path("/usr/bin/chromium")
# Milliseconds; generous, because the machine may be busy with other tests.
WAIT = 20_000
expect.set_options(timeout=WAIT)
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A started browser. It holds the thread's event loop until it ends: one at a time, and none for a whole session."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=_ARGUMENTS)
        yield started
        started.close()


def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA on a page as it is shown."""
    page.evaluate("() => {" + _AXE.read_text() + "}")
    script = """async (rules) => {
        const found = await axe.run(document, { runOnly: rules });
        return found.violations
            .map((one) => `${one.id}: ${one.nodes[0].html.slice(0, 120)} ${one.nodes[0].failureSummary}`);
    }"""
    found: list[str] = page.evaluate(script, _RULES)
    return found
