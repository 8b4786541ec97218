"""This module draws docs/letter.png: the sample letter on a phone, light and dark, for the README.

.venv/bin/python docs/draw_letter.py     (needs Chromium and the extra "browser")
"""

import io
import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from newsletter.config import load_settings
from newsletter.edition import load_edition
from newsletter.letter import Reader, compose
from newsletter.web.preview import with_pictures

ROOT = Path(__file__).parents[1]
WIDTH, HEIGHT, GAP = 390, 844, 24
GROUND = "#8A9794"


def main() -> None:
    edition = load_edition(ROOT / "content" / "strength-training-for-back-pain.md", ROOT)
    letter = compose(edition, load_settings(ROOT, {}), unsubscribe_tag="https://example.com/")
    html = with_pictures(letter.view(Reader(first_name="Ada", city="New Orleans")), letter.pictures)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        phones = [photograph(browser, html, scheme) for scheme in ("light", "dark")]
        browser.close()
    picture = Image.new("RGB", (2 * WIDTH + 3 * GAP, HEIGHT + 2 * GAP), GROUND)
    for number, phone in enumerate(phones):
        picture.paste(phone, (GAP + number * (WIDTH + GAP), GAP))
    picture.quantize(128).save(ROOT / "docs" / "letter.png", optimize=True)


def photograph(browser: Browser, html: str, scheme: str) -> Image.Image:
    page = browser.new_page(
        viewport={"width": WIDTH, "height": HEIGHT},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page.set_content(html)
    taken = page.screenshot()
    page.close()
    return Image.open(io.BytesIO(taken))


if __name__ == "__main__":
    main()
