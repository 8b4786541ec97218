"""What the MJML engine would spoil is right in the output, or an error with file and line."""

import re

import pytest

from newsletter.errors import Problems
from newsletter.letter.mjml import to_html
from newsletter.letter.mjml_lint import lint

PAGE = '<mjml lang="en" dir="ltr">\n<mj-body>\n<mj-section><mj-column>\n{}\n</mj-column></mj-section>\n</mj-body>\n</mjml>'


def where(line: int) -> tuple[str, int]:
    return "templates/email/x.mjml", line


def render(inside: str) -> str:
    return to_html(PAGE.format(inside), where)


@pytest.mark.parametrize(
    ("inside", "part"),
    [
        ('<mj-image src="a.png" alt="I ❤️ you 🏋️‍♀️" />', 'alt="I ❤️ you 🏋️‍♀️"'),
        ('<mj-image src="a.png" alt="two\n   lines" />', 'alt="two lines"'),
        ("<mj-image src='a.png' alt='say \"hi\"' />", 'alt="say &quot;hi&quot;"'),
        ('<mj-image src="a.png" alt="C:\\temp" />', 'alt="C:&#92;temp"'),
        (
            '<mj-text><a title="ünï\u00a0e\u0301" href="https://x.example.com/?a=1&amp;b=2">x</a></mj-text>',
            'title="ünï\u00a0e\u0301"',
        ),
        ("<mj-text>a &nbsp; &copy; &#8217; नमस्ते</mj-text>", "a &nbsp; &copy; ’ नमस्ते"),
        ("<!-- a comment --><mj-text>x</mj-text>", ">x<"),
        ("<mj-raw><br><hr></mj-raw>", "<br /><hr />"),
    ],
)
def test_it_is_right_in_the_output(inside: str, part: str) -> None:
    assert part in render(inside)


def test_no_web_font_is_loaded() -> None:
    assert "googleapis" not in render("<mj-text>x</mj-text>")


WRONG = {
    "unknown tag": (
        "<mj-buton>x</mj-buton>",
        "<mj-buton> is no MJML tag; did you mean <mj-button>?",
    ),
    "odd tag": ("<mj-zzzzzz />", "<mj-zzzzzz> is no MJML tag"),
    "tag not rendered": ("<mj-accordion></mj-accordion>", "<mj-accordion> is not rendered rightly"),
    "include": ('<mj-include path="x" />', "use {% include"),
    "wrong place": (
        "<mj-section></mj-section>",
        "<mj-section> stands in <mj-column>; its place is",
    ),
    "unknown attribute": (
        '<mj-text colour="red">x</mj-text>',
        "colour is no attribute of <mj-text>; did you mean color?",
    ),
    "odd attribute": (
        '<mj-text zzzzzzzz="1">x</mj-text>',
        "zzzzzzzz is no attribute of <mj-text>; take it away",
    ),
    "attribute twice": (
        '<mj-text color="red" color="blue">x</mj-text>',
        "color stands twice in <mj-text>",
    ),
    "unitless nought": ('<mj-text padding="0 25px">x</mj-text>', "write 0px"),
    "control character": ('<mj-text css-class="a\x07">x</mj-text>', "holds a control character"),
    "no alt": ('<mj-image src="a.png" />', "<mj-image> without alt; write alt="),
    "words in a column": ("words", "words stand directly in <mj-column>"),
    "html in a column": ("<p>x</p>", "<p> stands directly in <mj-column>"),
    "not closed": ("<mj-text><b>x</mj-text>", "</mj-text> closes before </b>"),
    "closes nothing": ("<mj-text>x</b></mj-text>", "</b> closes nothing"),
    "crossed": ("<mj-text><b><i>x</b></i></mj-text>", "</b> closes before </i>"),
    "tag without end": ("<mj-text>a <b x</mj-text>", "begins a tag that does not end"),
    "unquoted": ("<mj-text><a href=x>y</a></mj-text>", "begins a tag that does not end"),
    # Everything that the engine renders otherwise than MJML's documentation, or not at all.
    "attributes without a space": ('<mj-text><a href="x"title="y">z</a></mj-text>', "leave a space between two"),
    "upper case": ("<mj-text>x<BR>y</mj-text>", "<BR> stops MJML; write <br />"),
    "paragraph not closed": ("<mj-text><p>x</mj-text>", "</mj-text> closes before </p>"),
    "sign": ("<mj-text>a < b</mj-text>", "a < that begins no tag stops MJML; write &lt;"),
    "sign before a digit": ("<mj-text>a <3 b</mj-text>", "write &lt; for the sign"),
    "cdata": ("<mj-text><![CDATA[x]]></mj-text>", "<![CDATA[ stops MJML"),
    "xml declaration": ('<?xml version="1.0"?>', "what begins with <? stops MJML"),
    "doctype": ("<!doctype html>", "the engine writes the doctype"),
    "carousel": ("<mj-carousel></mj-carousel>", "use one mj-image with a link"),
    "navbar": ("<mj-navbar></mj-navbar>", "use links in an mj-text"),
    "selector": ('<mj-selector path="x"></mj-selector>', "write the attribute in the HTML itself"),
    "raw at the beginning": ('<mj-raw position="file-start"></mj-raw>', "position of <mj-raw> is left out by this engine; leave it out"),
    "role of a table": ('<mj-table role="none"></mj-table>', "role of <mj-table> is left out by this engine; use mj-table for data"),
    "no unit": ('<mj-image src="a.png" alt="" width="abc" />', 'width="abc" is no width; write 184px or 50%'),
    "number alone": ('<mj-text font-size="17">x</mj-text>', "write 17px"),
    "five widths": ('<mj-text padding="1px 2px 3px 4px 5px">x</mj-text>', "write one to four widths"),
    "no colour": ('<mj-text color="#12">x</mj-text>', 'color="#12" is no colour'),
    "height": ('<mj-spacer height="tall" />', "write 184px"),
    "line height": ('<mj-text line-height="1.5em">x</mj-text>', "write 27px"),
    "share link": ('<mj-social><mj-social-element name="facebook" alt="" src="a.png">x</mj-social-element></mj-social>', "write the name with -noshare at its end"),
    "strangers' icon": ('<mj-social><mj-social-element name="web" alt="">x</mj-social-element></mj-social>', "name a picture of your own"),
    "icon without alt": ('<mj-social><mj-social-element name="web" src="a.png">x</mj-social-element></mj-social>', "<mj-social-element> without alt"),
}  # fmt: skip


@pytest.mark.parametrize(("inside", "message"), WRONG.values(), ids=WRONG)
def test_it_is_an_error_with_its_line(inside: str, message: str) -> None:
    with pytest.raises(Problems) as caught:
        render(inside)
    assert "templates/email/x.mjml:4: " in str(caught.value)
    assert message in str(caught.value)


def test_what_is_never_closed_is_told() -> None:
    assert [problem.what for problem in lint('<mjml lang="en" dir="ltr"><mj-body>', where)] == [
        "<mjml> is not closed",
        "<mj-body> is not closed",
    ]


def test_a_comment_inside_mj_attributes_is_told() -> None:
    source = "<mjml lang='en' dir='ltr'><mj-head><mj-attributes><!-- x --><mj-all padding='0px' /><mj-class name='a' /></mj-attributes></mj-head></mjml>"
    assert [problem.what for problem in lint(source, where)] == [
        "a comment inside mj-attributes stops MJML"
    ]


AROUND = {
    "inlined sheet": ('<mj-head><mj-style inline="inline">p {}</mj-style></mj-head>', "inline of <mj-style> is left out by this engine"),
    "range": ("<mj-head><mj-style>\n@media (width <= 480px) { p {} }</mj-style></mj-head>", "a < in a style sheet stops MJML; write (max-width: 480px)"),
    "web font": ('<mj-head><mj-font name="X" href="https://x.example.com/" /></mj-head>', "loads a font from elsewhere"),
    "hidden preview": ("<mj-head><mj-preview>x</mj-preview></mj-head>", "make the preheader the first visible line"),
    "class with children": ('<mj-head><mj-attributes><mj-class name="a"><mj-text /></mj-class></mj-attributes></mj-head>', "<mj-text> stands in <mj-class>"),
    "sheet in the body": ("<mj-body><mj-style></mj-style></mj-body>", "<mj-style> stands in <mj-body>"),
    "gap": ('<mj-body><mj-wrapper gap="8px"></mj-wrapper></mj-body>', "gap of <mj-wrapper> is left out by this engine; give each mj-section inside a padding-top"),
    "gutter": ('<mj-body><mj-section gutter="8px"></mj-section></mj-body>', "give each mj-column inside a padding"),
    "id of the body": ('<mj-body id="x"></mj-body>', "use css-class"),
    "hero": ('<mj-body><mj-hero mode="fluid-height"></mj-hero></mj-body>', "comes out with a height below nothing"),
    "words": ("words", "words stand directly in <mjml>"),
}  # fmt: skip


@pytest.mark.parametrize(("inside", "message"), AROUND.values(), ids=AROUND)
def test_outside_the_columns_it_is_an_error_too(inside: str, message: str) -> None:
    source = f'<mjml lang="en" dir="ltr">{inside}</mjml>'
    (problem,) = lint(source, where)
    assert message in str(problem)


def test_a_letter_without_language_and_direction_is_told() -> None:
    told = [problem.what for problem in lint('<mjml owa="desktop"></mjml>', where)]
    assert told == [
        "owa of <mjml> is left out by this engine",
        "<mjml> without lang",
        "<mjml> without dir",
    ]


@pytest.mark.parametrize("before", ["\ufeff", "Dear all, "])
def test_words_before_the_letter_are_told(before: str) -> None:
    (problem,) = lint(before + '<mjml lang="en" dir="ltr"></mjml>', where)
    assert problem.what == "words stand outside <mjml>"


def test_each_problem_has_the_line_it_stands_on() -> None:
    source = (
        '<mjml lang="en" dir="ltr"><mj-head><mj-style>\np {}\n\na < b\n</mj-style></mj-head>\n<mj-body>\n'
        "<!-- two\nlines --><mj-section>\n\n words</mj-section>\n<mj-nix /></mj-body></mjml>"
    )
    assert [problem.line for problem in lint(source, where)] == [4, 10, 11]


def test_a_picture_keeps_its_shape_on_a_phone() -> None:
    html = render('<mj-image src="a.png" alt="" width="300px" height="200px" />')
    assert 'height="200" src="a.png" width="300"' in html
    assert "height:auto;width:100%" in html


def test_neighbouring_parts_for_outlook_are_one() -> None:
    assert "<![endif]--><!--[if mso | IE]>" not in render("<mj-text>x</mj-text>")


def test_what_outlook_leaves_out_swallows_nothing() -> None:
    apart = "<mj-raw><!--[if !mso]><!--><p>x</p><!--<![endif]--><!--[if mso | IE]><p>y</p><![endif]--></mj-raw>"
    assert "<!--<![endif]--><!--[if mso | IE]><p>y</p>" in render(apart)


def test_a_letter_carries_nothing_for_programs_that_nobody_has_any_more() -> None:
    html = render('<mj-image src="a.png" alt="" /><mj-text><p style="margin:0px;">x;</p></mj-text>')
    for gone in (
        "X-UA-Compatible",
        "lte mso 11",
        "mj-outlook-group-fix",
        "full-width-mobile",
        ';"',
    ):
        assert gone not in html
    assert '<p style="margin:0px">x;</p>' in html


def test_words_that_end_in_a_semicolon_keep_it() -> None:
    html = render(
        '<mj-image src="a.png" alt="first; then;" /><mj-text>R&amp;D &quot;x&quot;</mj-text>'
    )
    assert 'alt="first; then;"' in html
    assert "R&amp;D &quot;x&quot;" in html


def test_a_picture_that_fills_a_phone_has_the_style_for_it() -> None:
    html = render('<mj-image fluid-on-mobile="true" width="100px" src="a.png" alt="" />')
    assert re.search(r"td\.mj-full-width-mobile \{ width: auto", html)


def test_what_only_the_engine_notices_is_told_in_its_words() -> None:
    with pytest.raises(Problems, match="MJML cannot read this"):
        to_html("no mjml at all", where)
