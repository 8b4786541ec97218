"""The cards of a digest and of a report, and what stands in and out of their sections."""

import io
import re
from pathlib import Path

import pytest
from PIL import Image

from newsletter.errors import Problems
from newsletter.letter import Letter, Reader

from .conftest import Write
from .test_markdown import page

DIGEST = """\
::: teaser Walk it in {{ 2 + 2 }} pieces
![A walker.](tree.png)

Half an hour on five days.

[See what counts](https://example.com/walk?a=1&b=2)
:::

{% if reader.city == "Gretna" %}
::: teaser Only for Gretna
Come by.
:::
{% endif %}

::: teaser Sleep
![A sleeper.](tree.png)

[See why](https://example.com/sleep)
:::
"""


@pytest.fixture
def digest(write: Write, project: Path) -> Letter:
    Image.new("RGB", (1200, 600), "#0B5D4E").save(project / "content" / "tree.png")
    return write(DIGEST, template="digest")


def headings(letter: Letter, reader: Reader) -> list[str]:
    return re.findall(r"<h2[^>]*>(.*?)</h2>", letter.view(reader).html)


def test_the_contents_name_what_this_reader_gets(digest: Letter) -> None:
    for city in ("", "Gretna"):
        first, *titles = headings(digest, Reader(city=city))
        listed = re.findall(r"<li>(?:<a [^>]*>)?(.*?)(?:</a>)?</li>", page_for(digest, city))
        assert first == "In this letter"
        assert listed == titles
    assert titles == ["Walk it in 4 pieces", "Only for Gretna", "Sleep"]


def page_for(letter: Letter, city: str) -> str:
    return re.sub(r"\s*style=\"[^\"]*\"", "", letter.view(Reader(city=city)).html)


def test_the_contents_lead_to_the_pieces_themselves(digest: Letter) -> None:
    shown = page_for(digest, "Gretna")
    assert (
        '<li><a href="https://example.com/walk?a=1&amp;b=2">Walk it in 4 pieces</a></li>' in shown
    )
    assert "<li>Only for Gretna</li>" in shown


def test_the_first_picture_is_large_the_others_stand_beside_their_words(digest: Letter) -> None:
    html = digest.view(Reader()).html
    assert re.findall(r'<img [^>]*?width="(\d+)"', html) == ["536", "172"]
    sizes = [Image.open(io.BytesIO(one.content)).width for one in digest.pictures]
    assert sizes == [1072, 880]  # the second one fills a phone


def test_a_tap_on_a_picture_leads_to_the_piece(digest: Letter) -> None:
    html = digest.view(Reader()).html
    assert re.findall(r'<a href="([^"]*)" target="_blank"><img', html) == [
        "https://example.com/walk?a=1&amp;b=2",
        "https://example.com/sleep",
    ]


def test_the_text_of_a_digest(digest: Letter) -> None:
    text = digest.view(Reader()).text
    assert "In this letter:\n- Walk it in 4 pieces\n- Sleep\n" in text
    assert "[A walker.]\n\nHalf an hour on five days.\n\nSee what counts ( https://example.com/walk?a=1&b=2 )\n" in text  # fmt: skip


FIGURES = "::: figures Results\n- **1,284** delivered\n- **98 %** of all\n- without a number\n:::"


def test_figures_stand_two_in_a_row(bare: Write) -> None:
    shown = page(bare(FIGURES))
    assert "<h2>Results</h2>" in shown
    assert '<span class="number">1,284</span><br />delivered' in shown
    assert '<span class="number"></span><br />without a number' in shown
    assert bare(FIGURES).view(Reader()).text == (
        "Results\n-------\n\n- 1,284 delivered\n- 98 % of all\n- without a number\n"
    )


BARS = "::: bars Clicks\n| Link | People |\n|---|---|\n| Button | 1,000 |\n| **Other** | 250 |\n| None | 0 |\n:::"


def test_bars_are_as_long_as_their_numbers(bare: Write) -> None:
    shown = page(bare(BARS))
    assert re.findall(r'class="bar" width="(\d+)%"', shown) == ["100", "25", "1"]
    assert '<th scope="col">Link</th><th scope="col">People</th>' in shown
    assert "<td><strong>Other</strong></td><td>250</td>" in shown
    assert bare(BARS).view(Reader()).text == (
        "Clicks\n------\n\n- Button: 1,000\n- Other: 250\n- None: 0\n"
    )


def test_bars_of_percentages_are_parts_of_a_hundred(bare: Write) -> None:
    shown = page(bare("::: bars\n| a | b |\n|---|---|\n| x | 40 % |\n| y | 4.5% |\n:::"))
    assert re.findall(r'class="bar" width="(\d+)%"', shown) == ["40", "4"]


WRONG = {
    "teaser without a title": ("::: teaser\nx\n:::", "8: a teaser without a title"),
    "figures without a list": ("::: figures\nx\n:::", "8: figures without a list"),
    "bars without a table": ("::: bars\nx\n:::", "8: bars without a table"),
    "bars without a number": (
        "::: bars\n| a | b |\n|---|---|\n| x | many |\n:::",
        "11: “many” is no number for a bar",
    ),
}


@pytest.mark.parametrize(("body", "message"), WRONG.values(), ids=WRONG)
def test_a_card_that_cannot_be_made_is_told(bare: Write, body: str, message: str) -> None:
    with pytest.raises(Problems) as caught:
        bare(body)
    assert f"content/tips.md:{message}" in str(caught.value)


SECTIONS = {
    "running words": ("One.\n\n## Two\n\n- three", 1, 1),
    "a condition between paragraphs": (
        "One.\n\n{% if reader.city == 'x' %}\nTwo.\n{% else %}\nThree.\n{% endif %}\n\nFour.",
        1,
        3,
    ),
    "a condition around a card": (
        "One.\n\n{% if reader.city != 'x' %}\n::: note\nTwo.\n:::\n{% endif %}\n\nThree.",
        3,
        3,
    ),
    "a loop around paragraphs": ("{% for n in [1, 2] %}\n{{ n }}.\n{% endfor %}", 1, 2),
    "a loop around a card": ("{% for n in [1, 2] %}\n::: note\n{{ n }}.\n:::\n{% endfor %}", 2, 2),
    "a set between paragraphs": ("One.\n\n{% set n = 2 %}\n\n{{ n }}.", 1, 2),
    "nested conditions": (
        "{% if clinic.name %}\n{% if clinic.city %}\n::: note\nOne.\n:::\n{% endif %}\nTwo.\n{% endif %}\nThree.",
        3,
        3,
    ),
}


@pytest.mark.parametrize(("body", "sections", "texts"), SECTIONS.values(), ids=SECTIONS)
def test_running_words_share_a_section(bare: Write, body: str, sections: int, texts: int) -> None:
    html = bare(body).view(Reader()).html
    assert html.count('class="gutter"') == sections
    assert html.count('class="tx"') == texts
