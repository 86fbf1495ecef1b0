"""Chromium for tests that look at pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from local.paths import ROOT

CHROMIUM = Path("/usr/bin/chromium")
# Milliseconds; generous, because the machine may be busy with other tests.
WAIT = 20_000
expect.set_options(timeout=WAIT)
PHONE: ViewportSize = {"width": 390, "height": 844}
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


def assert_fits_and_is_accessible(page: Page) -> None:
    """A page that was opened on a phone, in light, then on a desk at night: nothing sticks out, and nobody is shut out."""
    expect(page.locator("h1").first).to_be_attached()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert violations(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.reload()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    assert violations(page) == []


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
