"""The preview in a real browser: live, by keyboard, without a request to anywhere, and accessible."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from newsletter.sandbox import messages
from tests.waiting import wait
from tests.web.preview.conftest import ARTICLE, Running

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        CHROMIUM is None,
        reason="Chromium is not installed (apt install chromium): the preview was not looked at",
    ),
]

BAD = ("serious", "critical")
AXE = "axe.run(document, {iframes: false}).then(found => found.violations.map(one => [one.impact, one.id, one.nodes.map(node => node.target + '')]))"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Any, running: Running) -> Iterator[Any]:
    """The open page; everything it asks for, and whatever it complains of, is kept."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.asked, page.complaints = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("console", lambda said: page.complaints.append(said.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.goto(running.url)
    page.wait_for_selector("iframe")
    yield page
    page.close()


def letter(page: Any) -> Any:
    return page.frame_locator("#stage iframe:not(.coming)")


def settled(page: Any, wanted: str) -> None:
    """Wait until the letter that is shown is the one that was *wanted*."""
    source = "document.querySelector('#stage iframe:not(.coming)').src"
    wait(lambda: wanted in page.evaluate(source))


def test_a_save_changes_the_letter_and_keeps_the_place(page: Any, running: Running) -> None:
    long = ARTICLE + "\nA paragraph.\n" * 80
    running.save(long)
    letter(page).get_by_text("A paragraph.").nth(79).wait_for()
    page.evaluate("document.querySelector('#stage iframe').contentWindow.scrollTo(0, 700)")
    running.save(long.replace("Hi ", "Good evening "))
    letter(page).get_by_text("Good evening").wait_for()
    page.wait_for_selector("iframe.coming", state="detached")
    assert page.evaluate("document.querySelector('#stage iframe').contentWindow.scrollY") == 700
    page.get_by_text(re.compile("Saved and shown")).wait_for()
    assert page.complaints == []


def test_a_mistake_appears_above_the_last_good_letter_and_goes_again(
    page: Any, running: Running
) -> None:
    running.save(ARTICLE.replace("Hi ", "{{ nobody.knows }} "))
    page.get_by_role("alert").get_by_text("content/back.md:7").wait_for()
    assert letter(page).get_by_text("Hi Ada").count() == 1
    running.save(ARTICLE)
    page.get_by_role("alert").wait_for(state="detached")
    page.complaints.clear()


def test_everything_can_be_chosen_by_keyboard(page: Any) -> None:
    page.get_by_label("As reader").focus()
    page.keyboard.type("very long")
    letter(page).get_by_text("Hi Maximiliana-Theodora Alexandrina").wait_for()
    for expected in ("part", "width", "look", "images"):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.name") == expected
        page.keyboard.press("ArrowRight")
    wait(lambda: "images=off" in page.url)
    assert re.search("part=text&width=700&look=dark&images=off", page.url)
    page.get_by_role("region", name="The text part").wait_for()


@pytest.mark.parametrize("look", ["Light", "Dark"])
@pytest.mark.parametrize("computer", ["light", "dark"])
def test_the_colours_are_those_chosen_whatever_the_computer_prefers(
    page: Any, computer: str, look: str
) -> None:
    page.emulate_media(color_scheme=computer)
    page.get_by_label(look, exact=True).check(force=True)
    settled(page, f"look={look.lower()}")
    heading = letter(page).get_by_role("heading", name="A strong back").first
    colour = heading.evaluate("heading => getComputedStyle(heading).color")
    brightness = sum(map(int, re.findall(r"\d+", colour))) / 3
    assert (brightness > 127) is (look == "Dark")


def test_pictures_off_shows_their_descriptions(page: Any) -> None:
    page.get_by_label("Off", exact=True).check(force=True)
    settled(page, "images=off")
    picture = letter(page).get_by_alt_text("A red square")
    assert picture.evaluate("image => image.naturalWidth") == 0


def test_a_finding_is_clicked_and_its_line_has_the_focus(page: Any, running: Running) -> None:
    running.save(ARTICLE + "\nTODO the end\n")
    page.get_by_role("link", name=re.compile("^Line 17$")).click()
    wait(lambda: page.evaluate("document.activeElement.id") == "line-17")
    assert "TODO the end" in page.locator("#line-17").inner_text()


def test_a_test_is_sent_from_the_page(page: Any, running: Running) -> None:
    page.get_by_label("To", exact=True).fill("ada@example.com")
    page.keyboard.press("Enter")
    page.get_by_text("Sent to ada@example.com").wait_for()
    assert [mail.address for mail in messages(running.sandbox.folder)] == ["ada@example.com"]


def test_a_click_in_the_letter_opens_nothing_and_nothing_comes_from_elsewhere(
    page: Any, running: Running
) -> None:
    letter(page).get_by_role("link", name="Book a visit").click()
    page.get_by_label("Forced dark").check(force=True)
    page.get_by_text("A simulation").wait_for()
    page.wait_for_selector("iframe.coming", state="detached")
    assert {url for url in page.asked if not url.startswith((running.url, "data:"))} == set()
    assert len(page.context.pages) == 1
    assert all("allow-popups" in said or "frame" in said for said in page.complaints)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_serious_for_axe_and_nothing_wider_than_the_screen(
    page: Any, running: Running, width: int, scheme: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python", reason="axe-core is not installed")
    script = (Path(axe.__path__[0]) / "axe.min.js").read_text(encoding="utf-8")
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme)
    page.evaluate(script)
    running.save(ARTICLE.replace("Hi ", "{{ nobody }} TODO "))
    page.get_by_role("alert").wait_for()
    for part in ("Text", "Article", "HTML", "Letter"):
        page.get_by_label(part, exact=True).first.check(force=True)
        wait(lambda part=part: f"part={part.lower()}" in page.url)
        page.wait_for_timeout(300)
        assert [one for one in page.evaluate(AXE) if one[0] in BAD] == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
