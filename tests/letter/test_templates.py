"""The shipped templates, each with its edition: light, legal, readable as text, in any language."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from newsletter.config import Settings, load_settings
from newsletter.edition import find_editions, load_edition
from newsletter.letter import MergeProblem, Reader, View, compose
from newsletter.letter.choices import templates
from newsletter.letter.words import LANGUAGES, WORDS, direction, long_day, words_of
from newsletter.links import Links

from .conftest import BODY_LINE, Write

ROOT = Path(__file__).parents[2]
SYSTEM = sorted((ROOT / "content" / "system").glob("*.md"))
EDITIONS = [*find_editions(ROOT), *SYSTEM]
LIGHT = 40_000
TOKEN = Links("https://news.example.com", "secret").unsubscribe(10**6, 10**3).rpartition("/")[2]
READER = Reader(
    first_name="Ada",
    city="New Orleans",
    unsubscribe_url=f"https://news.example.com/u/{TOKEN}",
    preferences_url=f"https://news.example.com/p/{TOKEN}",
    browser_url=f"https://news.example.com/v/{TOKEN}",
    confirm_url=f"https://news.example.com/c/{TOKEN}",
)


@pytest.fixture(scope="module")
def shipped() -> Settings:
    settings = load_settings(ROOT, {})
    clinic = replace(settings.clinic, postal_address="123 Example Street, New Orleans, LA 70100")
    site = replace(settings.site, url="https://news.example.com")
    return replace(settings, clinic=clinic, site=site, utm=replace(settings.utm, on=True))


def view_of(path: Path, settings: Settings, tag: str | None = "[leave-here]") -> View:
    return compose(load_edition(path, ROOT), settings, unsubscribe_tag=tag).view(READER)


def test_every_template_has_an_edition() -> None:
    used = {load_edition(path, ROOT).template for path in EDITIONS}
    assert used == set(templates(ROOT))


editions = pytest.mark.parametrize("path", EDITIONS, ids=lambda path: path.stem)


@editions
def test_it_is_light_with_all_links_to_a_site_and_tags_for_statistics(
    path: Path, shipped: Settings
) -> None:
    assert len(view_of(path, shipped, tag=None).html.encode()) < LIGHT


@editions
def test_it_loads_nothing_from_elsewhere_and_hides_nothing(path: Path, shipped: Settings) -> None:
    html = view_of(path, shipped).html
    assert re.findall(r'\bsrc="(?!cid:)[^"]*"|<link\b|@import|url\(', html) == []
    assert "display:none" not in re.sub(r"@media print\{.*?\}\}", "", html)


@editions
def test_it_says_who_sends_it_and_how_to_leave(path: Path, shipped: Settings) -> None:
    view = view_of(path, shipped)
    for part in (view.html, view.text):
        for words in (shipped.clinic.name, shipped.clinic.postal_address, shipped.clinic.country):
            assert words in part
        assert shipped.clinic.why in part
    assert ">Unsubscribe</a>" in view.html
    assert "Unsubscribe: [leave-here]" in view.text


@editions
def test_its_text_has_no_debris(path: Path, shipped: Settings) -> None:
    text = view_of(path, shipped).text
    assert re.findall(r"[{}<>]|\*\*|&\w+;|\bcid:|:::|[ \t]$|\n{3}", text, re.MULTILINE) == []
    assert "Ada" in text or "{{ reader" not in path.read_text()


@editions
def test_its_text_says_what_the_letter_says(path: Path, shipped: Settings) -> None:
    view = view_of(path, shipped)
    html = re.sub(r"<style.*?</style>|<title>.*?</title>|<!--.*?-->|<[^>]*>", " ", view.html, flags=re.S)  # fmt: skip
    said = set(re.findall(r"[a-z]{4,}", html.lower()))
    assert said - set(re.findall(r"[a-z]{4,}", view.text.lower())) == set()


ARABIC = """\
::: takeaways
- واحد
:::

::: exercise
- Dose: 2 x 8
- Stop if: ألم
:::

> اقتباس

1. أولا

| أ | ب |
|---|---|
| 1 | 2 |

::: figures
- **1** و
- **2** ز
:::
"""


def test_a_language_from_right_to_left_turns_everything_round(
    write: Write, project: Path, settings: Settings
) -> None:
    write(ARABIC)
    path = project / "content" / "tips.md"
    path.write_text(path.read_text().replace("template:", "language: ar\ntemplate:"))
    letter = compose(load_edition(path, project), settings, unsubscribe_tag="[leave]")
    html = letter.view(Reader()).html
    visible = re.sub(r"<style.*?</style>|<!--.*?-->", "", html, flags=re.S)
    assert '<html lang="ar" dir="rtl"' in html
    assert "border-right:4px solid" in visible
    assert re.findall(r"border-left:|padding-left:(?:16|22|26)px", visible) == []
    assert re.findall(r'align="left"|direction:ltr', visible) == []
    assert "أهم النقاط" in html
    assert "الجرعة:" in letter.view(Reader()).html


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_all_words_with_their_holes(language: str) -> None:
    english = words_of("en")
    for name in WORDS:
        ours = getattr(words_of(language), name)
        assert ours.strip()
        assert ours.count("{}") == getattr(english, name).count("{}"), name


DAYS = {
    "en": "November 20, 2026",
    "es-MX": "20 de noviembre de 2026",
    "fr": "20 novembre 2026",
    "de": "20. November 2026",
    "zz": "November 20, 2026",
}


@pytest.mark.parametrize(("language", "written"), DAYS.items(), ids=DAYS)
def test_a_day_is_written_as_people_write_it(language: str, written: str) -> None:
    assert long_day("2026-11-20", language) == written
    assert long_day("soon", language) == "soon"


@pytest.mark.parametrize(("tag", "expected"), [("en", "ltr"), ("ar-EG", "rtl"), ("he", "rtl"), ("", "ltr")])  # fmt: skip
def test_the_direction_of_a_language(tag: str, expected: str) -> None:
    assert direction(tag) == expected


def test_a_file_with_a_byte_order_mark_is_no_problem(write: Write) -> None:
    footer = ROOT / "templates" / "email" / "partials" / "footer.mjml"
    marked = {"partials/footer.mjml": "\ufeff" + footer.read_text(encoding="utf-8")}
    assert "\ufeff" not in write("Hi.", templates=marked).view(Reader()).html


def test_a_changed_partial_is_seen_at_once_though_templates_stay_read(write: Write) -> None:
    files = {
        "own.mjml": '<mjml lang="en" dir="ltr"><mj-body><mj-section><mj-column><mj-text>\n'
        '{% include "greeting.mjml" %}\n</mj-text></mj-column></mj-section></mj-body></mjml>\n',
        "own.txt": '{% from "greeting.jinja" import word %}\n{{ word }}\n',
    }

    def shown(word: str) -> tuple[bool, str]:
        greeting = {
            "greeting.mjml": f"{word} {{{{ reader.first_name | default('you', true) }}}}\n",
            "greeting.jinja": f'{{% set word = "{word}" %}}\n',
        }
        view = write("Read on.", template="own", templates={**files, **greeting}).view(READER)
        return f"{word} Ada" in view.html, view.text

    assert [shown(word) for word in ("Hello", "Welcome", "Hello")] == [
        (True, "Hello\n"),
        (True, "Welcome\n"),
        (True, "Hello\n"),
    ]


def test_a_paragraph_that_two_articles_share_is_named_where_it_stands_in_each(bare: Write) -> None:
    shared = "Hello {{ reader.first_name }}."
    letters = [bare(shared), bare(f"\n\n\n{shared}")]
    places = []
    for letter in letters:
        with pytest.raises(MergeProblem) as caught:
            letter.personalise(Reader())
        places.append(caught.value.problem.line)
    assert places == [BODY_LINE, BODY_LINE + 3]
