"""Every template as people see it: a narrow phone and a wide window, light and dark, with pictures and without.

The approved pictures lie in tests/data/looks, a third as large and in few colours. After a change that is meant,
look at the new ones and keep them: APPROVE=1 pytest tests/letter/test_looks.py
"""

import io
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops

from newsletter.config import load_settings
from newsletter.edition import Edition, load_edition
from newsletter.letter import Reader, compose
from newsletter.web.preview import with_pictures

from .test_in_browser import CHROMIUM

ROOT = Path(__file__).parents[2]
LOOKS = ROOT / "tests" / "data" / "looks"
APPROVE = bool(os.environ.get("APPROVE"))
EDITIONS = sorted((ROOT / "content").rglob("*.md"))
SMALLER = 3
COARSE = 2
"""Pixels over which the edges of letters may differ from one computer to another."""
MOST_DIFFERENT = 0.004
"""Part of the pixels that may differ by more than a shade."""
SHADE = 20
ROWS = 2
"""Pixels by which the height may differ."""
ARIAL = "<style>* { font-family: Arial, sans-serif !important }</style>"
"""Every computer has it, or letters of the same widths."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        CHROMIUM is None,
        reason="Chromium is not installed (apt install chromium): the letters were not looked at",
    ),
]

READER = Reader(
    first_name="Ada",
    city="New Orleans",
    **{
        name: f"https://news.example.com/{name[0]}/x1"
        for name in ("unsubscribe_url", "preferences_url", "browser_url", "confirm_url")
    },  # type: ignore[arg-type]
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield running
        running.close()


def html_of(edition: Edition, *, pictures: bool = True) -> str:
    settings = load_settings(ROOT, {})
    clinic = replace(settings.clinic, postal_address="123 Example Street, New Orleans, LA 70100")
    settings = replace(settings, clinic=clinic)
    letter = compose(edition, settings, unsubscribe_tag="https://example.com/unsubscribe")
    html = with_pictures(letter.view(READER).html, letter.pictures)
    return html if pictures else re.sub(r'src="data:[^"]*"', 'src="about:blank"', html)


def photograph(browser: Any, html: str, width: int, scheme: str) -> Image.Image:
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page.set_content(html.replace("</head>", f"{ARIAL}</head>"))
    taken = page.screenshot(full_page=True)
    page.close()
    return Image.open(io.BytesIO(taken)).convert("RGB")


def small(image: Image.Image) -> Image.Image:
    return image.resize((image.width // SMALLER, image.height // SMALLER), Image.Resampling.BOX)


def difference(one: Image.Image, other: Image.Image) -> float:
    """The part of the pixels that differ by more than a shade, seen from a little way off."""
    if one.width != other.width or abs(one.height - other.height) > ROWS:
        return 1.0
    size = (other.width // COARSE, other.height // COARSE)
    far = [image.resize(size, Image.Resampling.BOX) for image in (one, other)]
    shades = ImageChops.difference(*far).convert("L").histogram()
    return sum(shades[SHADE:]) / sum(shades)


@pytest.mark.parametrize("pictures", [True, False], ids=["pictures", "no-pictures"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 700])
@pytest.mark.parametrize("article", EDITIONS, ids=lambda path: path.stem)
def test_it_looks_as_approved(
    browser: Any, article: Path, width: int, scheme: str, pictures: bool
) -> None:
    edition = load_edition(article, ROOT)
    taken = small(photograph(browser, html_of(edition, pictures=pictures), width, scheme))
    name = f"{article.stem}-{width}-{scheme}{'' if pictures else '-no-pictures'}.png"
    if APPROVE:
        LOOKS.mkdir(parents=True, exist_ok=True)
        few = taken.quantize(64, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        few.save(LOOKS / name, optimize=True)
    with Image.open(LOOKS / name) as approved:
        assert difference(taken, approved.convert("RGB")) <= MOST_DIFFERENT


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 700])
@pytest.mark.parametrize("article", EDITIONS, ids=lambda path: path.stem)
def test_axe_finds_nothing_and_nothing_is_cut_off(
    browser: Any, article: Path, width: int, scheme: str
) -> None:
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
    ).Axe()
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page.set_content(html_of(load_edition(article, ROOT)))
    off = {name: {"enabled": False} for name in ("landmark-one-main", "region")}  # pages, not mails
    found = axe.run(page, options={"rules": off}).response["violations"]
    wide = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    page.close()
    assert [(one["id"], one["impact"]) for one in found] == []
    assert wide <= 0


CHANGES = (
    ("background:#0B5D4E", "background:#B00020"),
    ("font-size:17px", "font-size:18px"),
    ("#E9F4F1", "#C0D8D0"),
    ("padding:8px 32px 24px", "padding:8px 32px 40px"),
    ("Thank you for signing up.", ""),
)


def test_what_looks_otherwise_is_noticed(browser: Any) -> None:
    edition = load_edition(ROOT / "content" / "welcome.md", ROOT)
    html = html_of(edition)
    approved = small(photograph(browser, html, 390, "light"))
    for before, after in CHANGES:
        assert before in html
        changed = small(photograph(browser, html.replace(before, after), 390, "light"))
        assert difference(changed, approved) > MOST_DIFFERENT, before
