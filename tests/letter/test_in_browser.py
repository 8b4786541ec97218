"""The letter in a real browser: narrow and wide, light and dark."""

from pathlib import Path
from typing import Any

import pytest

from newsletter.config import load_settings
from newsletter.edition import load_edition
from newsletter.letter import Reader, compose

from .conftest import CHROMIUM

ROOT = Path(__file__).parents[2]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        CHROMIUM is None,
        reason="Chromium is not installed (apt install chromium): the letter was not looked at",
    ),
]


@pytest.fixture(scope="module")
def letter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    edition = load_edition(ROOT / "content" / "strength-training-for-back-pain.md", ROOT)
    composed = compose(
        edition, load_settings(ROOT, {}), unsubscribe_tag="https://example.com/unsubscribe"
    )
    name = "Maximiliana-Theodora Alexandrina von Hohenfels-Bartensteins!"
    html = composed.view(Reader(first_name=name, city="New Orleans")).html
    for picture in composed.pictures:
        file = tmp_path_factory.getbasetemp() / picture.filename
        file.write_bytes(picture.content)
        html = html.replace(f"cid:{picture.cid}", file.as_uri())
    path = tmp_path_factory.mktemp("letter") / "letter.html"
    path.write_text(html, encoding="utf-8")
    return path


MEASURE = """() => {
  const words = [...document.querySelectorAll('.tx p, .tx li')].filter(e => e.innerText.trim());
  const light = c => { const [r, g, b] = c.match(/\\d+/g).map(v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
    return .2126 * r + .7152 * g + .0722 * b; };
  const ground = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;
    if (!c.startsWith('rgba(0, 0, 0, 0')) return c; } return 'rgb(255, 255, 255)'; };
  const contrast = e => { const [a, b] = [light(getComputedStyle(e).color), light(ground(e))].sort((x, y) => y - x); return (a + .05) / (b + .05); };
  const all = [...document.querySelectorAll('p, li, h1, h2, h3, a, td, th, strong')].filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) && e.getBoundingClientRect().height);
  return {
    scroll: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    smallest: Math.min(...words.map(e => parseFloat(getComputedStyle(e).fontSize))),
    worst: Math.min(...all.map(contrast)),
    pictures: [...document.images].every(i => i.complete && i.naturalWidth > 0 && i.hasAttribute('alt')),
    button: Math.min(...[...document.querySelectorAll('.button a')].map(e => e.getBoundingClientRect().height)),
  };
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 700])
def test_it_reads_well(browser: Any, letter: Path, width: int, scheme: str) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page.goto(letter.as_uri())
    measured = page.evaluate(MEASURE)
    page.close()
    assert measured["scroll"] <= 0
    assert measured["smallest"] >= 16
    assert measured["worst"] >= 4.5
    assert measured["pictures"]
    assert measured["button"] >= 44
