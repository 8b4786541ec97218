"""This module asks axe-core in a real browser, where both are installed: light, dark, and as narrow as a phone."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from newsletter.checks.draft import Draft
from newsletter.checks.evidence import Unverified, Violation

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
)
ON_A_MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
VIEWS = (("light", "light", 700), ("dark", "dark", 700), ("390 px wide", "light", 390))
SERIOUS = ("serious", "critical")
PAGES_ONLY = {"landmark-one-main": {"enabled": False}, "region": {"enabled": False}}
"""Rules for pages of a site; a letter stands inside the page of a mailbox."""
MILLISECONDS = 30_000


def find_browser() -> str | None:
    """The Chromium or Chrome of this computer."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    return found or (str(ON_A_MAC) if ON_A_MAC.exists() else None)


def ask_axe(draft: Draft) -> tuple[Violation, ...] | Unverified:
    """What axe-core calls serious or critical in any of the views."""
    try:
        from axe_playwright_python.sync_playwright import Axe
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        why = "Playwright and axe-core are not installed, so no browser looked at it"
        return Unverified(
            why, "install them: .venv/bin/pip install playwright axe-playwright-python"
        )
    program = find_browser()
    if program is None:
        why = "there is no Chromium or Chrome, so no browser looked at it"
        return Unverified(why, "install it: apt install chromium, or Google Chrome")
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=program, args=["--no-sandbox", "--disable-background-networking"]
            )
            try:
                return tuple(_violations(browser, Axe(), draft))
            finally:
                browser.close()
    except Error as error:
        return Unverified(f"the browser failed: {str(error).splitlines()[0]}", "try again")


def _violations(browser: Any, axe: Any, draft: Draft) -> Iterator[Violation]:
    page = browser.new_page()
    page.set_default_timeout(MILLISECONDS)
    page.route("**/*", lambda route: route.abort())  # pictures have no part in it, nobody is asked
    page.set_content(draft.view.html, wait_until="domcontentloaded")
    for name, scheme, width in VIEWS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        found = axe.run(page, options={"rules": PAGES_ONLY, "resultTypes": ["violations"]})
        for violation in found.response["violations"]:
            if violation["impact"] in SERIOUS:
                html = violation["nodes"][0]["html"]
                yield Violation(violation["id"], violation["impact"], violation["help"], name, html)
