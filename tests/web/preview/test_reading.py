"""What an inbox and a curious reader find in a letter's HTML, and how a look changes its colours."""

from datetime import date
from pathlib import Path

import pytest

from newsletter.checks import Page
from newsletter.errors import Problem
from newsletter.letter import Reader
from newsletter.web.preview.choosing import first_choices
from newsletter.web.preview.excerpt import Line, excerpt, marked
from newsletter.web.preview.looks import ALWAYS, INVERTED, NEVER, dressed
from newsletter.web.preview.reading import OWN, Link, read_letter

PAGE = """<html><head><title>No</title><style>.no {}</style></head><body>
<div style="display:none">The preheader.</div><p>Then <b>B</b>old words.</p>
<a href="https://example.com/?a=1&amp;b=2">Two <b>words</b></a><a href="#top"><img alt="Up"></a>
<a href="MAILTO:ada@example.com">Mail</a><a href="tel:+15550100"></a><a href="sms:+15550100">Text</a><a name="no">no link</a>
<a href="https://news.example.com/u/x">Leave</a><a href="&lt;%asm_group_unsubscribe_raw_url%&gt;">Leave</a>
<a href="www.example.com">Forgotten</a><a href="">Empty</a></body></html>"""


def test_the_letter_is_read_from_its_first_word_and_link_to_its_last() -> None:
    read = read_letter(Page(PAGE), frozenset({"https://news.example.com/u/x"}))
    assert read.beginning.startswith("The preheader. Then Bold words. Two words Mail")
    assert read.links == (
        Link("Two words", "https://example.com/?a=1&b=2", "web"),
        Link("[Up]", "#top", "inside the letter"),
        Link("Mail", "MAILTO:ada@example.com", "mail"),
        Link("(no words)", "tel:+15550100", "telephone"),
        Link("Text", "sms:+15550100", "text message"),
        Link("Leave", "https://news.example.com/u/x", OWN),
        Link("Leave", "<%asm_group_unsubscribe_raw_url%>", OWN),
        Link("Forgotten", "www.example.com", "leads nowhere"),
        Link("Empty", "", "leads nowhere"),
    )
    assert [link.opens for link in read.links] == [True, *[False] * 8]


@pytest.mark.parametrize(
    ("look", "light", "dark"), [("light", ALWAYS, NEVER), ("dark", NEVER, ALWAYS), ("forced", ALWAYS, NEVER)]
)  # fmt: skip
def test_a_look_is_the_same_on_every_computer(look: str, light: str, dark: str) -> None:
    html = "<head><style>@media (prefers-color-scheme:light){a{}} @media ( Prefers-color-scheme: dark ){b{}}</style></head>"
    shown = dressed(html.replace("Prefers", "prefers"), look)
    assert f"@media {light}{{a{{}}}} @media {dark}{{b{{}}}}" in shown
    assert (INVERTED in shown) is (look == "forced")
    assert shown.index("<base target") < shown.index("</head>")


def test_a_link_inside_the_letter_stays_in_the_frame() -> None:
    assert '<a target="_self" href="#part">' in dressed('<a href="#part">', "light")


def test_a_letter_without_a_head_is_dressed_too() -> None:
    assert dressed("<p>x</p>", "dark").endswith("<p>x</p>")


def test_an_excerpt_shows_the_line_among_its_neighbours(tmp_path: Path) -> None:
    root = tmp_path
    (root / "a.md").write_text("1\n2\n3\n4\n5\n")
    problem = Problem("a.md", 2, "what", "cure")
    assert excerpt(problem, root) == [
        Line(1, "1"),
        Line(2, "2", (problem,)),
        Line(3, "3"),
        Line(4, "4"),
    ]
    for other in (
        Problem("a.md", None, "", ""),
        Problem("../a.md", 1, "", ""),
        Problem("b.md", 1, "", ""),
    ):
        assert excerpt(other, root) == []
    assert marked("x\ny", "a.md", [problem, Problem("b.md", 1, "", "")]) == [
        Line(1, "x"),
        Line(2, "y", (problem,)),
    ]


def test_made_up_readers_keep_the_links_of_a_stranger() -> None:
    stranger = Reader(unsubscribe_url="https://news.example.com/u/0", signed_up=date(2026, 1, 1))
    choices = first_choices(stranger)
    assert {choice.reader.unsubscribe_url for choice in choices.all} == {stranger.unsubscribe_url}
    assert choices.get("unheard of").reader == stranger
