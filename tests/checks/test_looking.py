"""How letters are read: the cascade, contrast, dark modes, features, words, mistyped domains."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.checks.baseline import SAMPLES, baseline, emitted
from newsletter.checks.colour import BLACK, WHITE, Colour, contrast, forced_dark, read_colour
from newsletter.checks.css import edges, holds, pixels, read_sheet
from newsletter.checks.domains import KNOWN, REAL, distance, likely
from newsletter.checks.features import features
from newsletter.checks.page import Page
from newsletter.checks.size import weigh
from newsletter.checks.support import MATTERS, known_features, lost
from newsletter.checks.words import emoji, grade, graphemes, syllables
from newsletter.letter.mjml_rules import PARENTS

shades = st.builds(Colour, *[st.floats(0, 1)] * 3)


def look(html: str, *, dark: bool = False) -> object:
    page = Page(f"<html><body>{html}</body></html>")
    node = page.all("#it")[0]
    return (page.dark if dark else page.light).of(node)


@pytest.mark.parametrize(
    ("html", "colour", "ground"),
    [
        ('<p id="it">a</p>', "#000000", "#FFFFFF"),
        ('<div style="color:#111"><p id="it">a</p></div>', "#111111", "#FFFFFF"),
        ('<td bgcolor="#EEEEEE"><p id="it">a</p>', "#000000", "#FFFFFF"),  # no table, no cell
        ('<table><tr><td bgcolor="#EEEEEE"><p id="it">a</p></td></tr></table>', "#000000", "#EEEEEE"),
        ('<div style="background:#222 url(a.png)"><p id="it" style="color:white">a</p></div>', "#FFFFFF", "#222222"),
        ('<style>p { color:#333 } #it { color:#444 }</style><p id="it">a</p>', "#444444", "#FFFFFF"),
        ('<style>p { color:#333 !important }</style><p id="it" style="color:#555">a</p>', "#333333", "#FFFFFF"),
        ('<style>p { color:#333 }</style><p id="it" style="color:#555">a</p>', "#555555", "#FFFFFF"),
        ('<style>p { background-color:#333 !important }</style><p id="it" style="background:#555 !important">a</p>', "#000000", "#555555"),
        ('<style>@media print { p { color:#333 } }</style><p id="it">a</p>', "#000000", "#FFFFFF"),
        ('<style>@media (max-width:479px) { p { color:#333 } }</style><p id="it">a</p>', "#000000", "#FFFFFF"),
        ('<style>p:hover { color:#333 }</style><p id="it">a</p>', "#000000", "#FFFFFF"),
        ('<p id="it" style="color:rgba(0,0,0,.5)">a</p>', "#808080", "#FFFFFF"),
    ],
)  # fmt: skip
def test_the_stronger_style_wins(html: str, colour: str, ground: str) -> None:
    seen = look(html)
    assert (str(seen.colour), str(seen.ground)) == (colour, ground)  # type: ignore[attr-defined]


def test_dark_mode_has_rules_of_its_own() -> None:
    html = '<style>@media (prefers-color-scheme: dark) { p { color:#EEE } }</style><p id="it">a</p>'
    assert str(look(html).colour) == "#000000"  # type: ignore[attr-defined]
    assert str(look(html, dark=True).colour) == "#EEEEEE"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000", "#fff", 21.0), ("#767676", "#ffffff", 4.54), ("#0B5D4E", "white", 7.81)],
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    first, second = (read_colour(words) for words in (one, other))
    assert first is not None
    assert second is not None
    assert contrast(first[0], second[0]) == pytest.approx(ratio, abs=0.01)


@given(one=shades, other=shades)
def test_contrast_is_the_same_both_ways(one: Colour, other: Colour) -> None:
    assert 1 <= contrast(one, other) <= 21.01
    assert contrast(one, other) == contrast(other, one)


@given(colour=shades)
def test_forced_darkness_mirrors_lightness(colour: Colour) -> None:
    darkened = forced_dark(colour)
    assert all(0 <= part <= 1 for part in darkened)
    assert str(forced_dark(WHITE)) == "#333333"
    assert str(forced_dark(BLACK)) == "#FFFFFF"


def test_conditions_are_answered_for_a_wide_screen() -> None:
    assert holds("@media only screen and (min-width:480px)", dark=False)
    assert not holds("@media only screen and (max-width:479px)", dark=False)
    assert not holds("@media (prefers-color-scheme: dark)", dark=False)
    assert holds("@media (prefers-color-scheme: dark)", dark=True)
    assert not holds("@media (prefers-color-scheme: light)", dark=True)
    assert not holds("@supports (display: grid)", dark=False)


def test_sheets_keep_their_conditions() -> None:
    (rule, fonts) = read_sheet(
        "@media print { a, b { color: red !important } } @font-face { src: url(a) }"
    )[::2]
    assert (rule.selector, rule.conditions, rule.declarations[0].important) == (
        "a",
        ("@media print",),
        True,
    )
    assert (fonts.selector, fonts.conditions) == ("", ("@font-face",))


@pytest.mark.parametrize(
    ("words", "size"), [("17px", 17), ("0", 0), ("1.5em", 24), ("50%", 8), ("12pt", 16), ("auto", None), ("", None)]
)  # fmt: skip
def test_lengths(words: str, size: float | None) -> None:
    assert pixels(words) == size


def test_shorthands_name_four_sides() -> None:
    assert edges("1px") == [1, 1, 1, 1]
    assert edges("1px 2px") == [1, 2, 1, 2]
    assert edges("1px 2px 3px") == [1, 2, 3, 2]
    assert edges("1px 2px 3px 4px") == [1, 2, 3, 4]


PLANTED = {
    "css-gap": '<div style="gap:8px">a</div>',
    "css-display-flex": '<div style="display:flex">a</div>',
    "css-display-grid": '<div style="display:grid">a</div>',
    "css-margin-inline-start-end": '<p style="margin-inline-start:8px">a</p>',
    "css-position": '<p style="position:absolute">a</p>',
    "css-object-fit": '<img style="object-fit:cover" alt="">',
    "css-filter": '<p style="filter:blur(2px)">a</p>',
    "css-variables": "<style>p { color: var(--brand) }</style>",
    "css-unit-calc": '<p style="width:calc(100% - 8px)">a</p>',
    "css-clip-path": '<p style="clip-path:circle()">a</p>',
    "css-unit-vw": '<p style="width:50vw">a</p>',
    "html-input-text": '<input type="text">',
    "html-image-maps": '<map name="a"></map>',
    "html-svg": "<svg></svg>",
    "html-semantics": "<section>a</section>",
    "image-webp": '<img src="a.webp?x=1" alt="">',
}


@pytest.mark.parametrize(("slug", "html"), PLANTED.items(), ids=PLANTED)
def test_a_planted_feature_is_found(slug: str, html: str) -> None:
    assert slug in features(Page(html))


def test_features_are_those_the_data_knows() -> None:
    assert set(PLANTED) <= known_features()
    found = features(Page('<p style="colour:red; display:table-cell" data-x="1" frobnicate>a</p>'))
    assert set(found) <= known_features()


def test_losses_name_programs_and_their_share() -> None:
    grid = lost("css-display-grid")
    assert grid is not None
    assert grid.share >= MATTERS
    assert "Outlook (Windows)" in grid.clients
    assert lost("css-border-radius") is None  # the letter stays whole
    assert lost("css-no-such-thing") is None


def test_every_component_that_a_reader_sees_has_a_baseline() -> None:
    head = (
        "mj-head mj-title mj-preview mj-breakpoint mj-font mj-style mj-attributes mj-all mj-class"
    )
    own_html = "mj-body mj-raw mj-social-element"
    assert set(SAMPLES) - {"mjml"} == set(PARENTS) - set(head.split()) - set(own_html.split())
    assert all(emitted(name) for name in SAMPLES)


def test_a_baseline_belongs_to_its_component() -> None:
    assert "css-background-size" in emitted("mj-section")
    assert "css-background-size" not in baseline({"mj-text", "mj-button"})
    assert "css-background-size" in baseline({"mj-text", "mj-section"})


@pytest.mark.parametrize(
    ("words", "seen"),
    [("abc", 3), ("e\u0301", 1), ("👩‍👩‍👧", 1), ("👍🏽", 1), ("❤️", 1), ("🇺🇸🇫🇷", 2), ("", 0)],
)
def test_signs_are_counted_as_people_see_them(words: str, seen: int) -> None:
    assert graphemes(words) == seen


@given(words=st.text(max_size=40))
def test_nobody_sees_more_signs_than_there_are(words: str) -> None:
    assert graphemes(words) <= len(words)


def test_picture_signs_are_counted_whole() -> None:
    assert len(emoji("Strong 💪🏽 back")) == 1
    assert len(emoji("Family 👩‍👩‍👧 and 🇺🇸")) == 2
    assert emoji("Plain – words, 100 % (c)") == []


def test_simple_words_ask_for_fewer_years_of_school() -> None:
    simple = grade("We walk to the park. It is near. The sun is warm. " * 12)
    hard = grade(
        "Individualised rehabilitation necessitates considerable organisational deliberation. " * 25
    )
    assert simple < 3 < 12 < hard
    assert grade("Too short.") == 0
    assert [syllables(word) for word in ("cat", "water", "make", "exercise", "muscles")] == [
        1,
        2,
        1,
        3,
        2,
    ]


@pytest.mark.parametrize(
    ("domain", "meant"),
    [("gmial.com", "gmail.com"), ("gmail.co", "gmail.com"), ("hotmial.com", "hotmail.com"), ("yaho.com", "yahoo.com"),
     ("outlok.com", "outlook.com"), ("bellsoth.net", "bellsouth.net"), ("tulane.ed", "tulane.edu"), ("ochsner.ogr", "ochsner.org"),
     ("mail.com", ""), ("email.com", ""), ("gmx.com", ""), ("hey.com", ""), ("clockworkperform.com", "")],
)  # fmt: skip
def test_a_mistyped_domain_suggests_the_real_one(domain: str, meant: str) -> None:
    assert likely(domain) == meant


def test_known_and_real_domains_are_never_called_mistyped() -> None:
    assert {domain: likely(domain) for domain in KNOWN | REAL if likely(domain)} == {}


@given(one=st.text("abc.", max_size=8), other=st.text("abc.", max_size=8))
def test_distance_is_a_distance(one: str, other: str) -> None:
    assert distance(one, other) == distance(other, one) <= max(len(one), len(other))
    assert (distance(one, other) == 0) == (one == other)


@pytest.mark.parametrize(
    ("size", "links", "severity"),
    [(80_000, 0, ""), (79_999, 1, "warning"), (102_000, 0, "warning"), (101_999, 1, "error")],
)
def test_the_weight_counts_what_sendgrid_adds_to_each_link(
    size: int, links: int, severity: str
) -> None:
    anchors = "<a href=x>" * links
    weight = weigh(Page("x" * (size - len(anchors)) + anchors))
    assert (weight.composed, weight.sent) == (size, size + 350 * links)
    assert weight.severity == severity
