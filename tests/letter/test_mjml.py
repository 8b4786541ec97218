"""What the MJML engine would spoil is right in the output, or an error with file and line."""

import pytest

from newsletter.errors import Problems
from newsletter.letter.mjml import lint, to_html

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
    "no alt": ('<mj-image src="a.png" />', "a picture without alt"),
    "words in a column": ("words", "words stand directly in <mj-column>"),
    "html in a column": ("<p>x</p>", "<p> stands directly in <mj-column>"),
    "not closed": ("<mj-text><b>x</mj-text>", "</mj-text> closes before </b>"),
    "closes nothing": ("<mj-text>x</b></mj-text>", "</b> closes nothing"),
    "crossed": ("<mj-text><b><i>x</b></i></mj-text>", "</b> closes before </i>"),
    "tag without end": ("<mj-text>a <b x</mj-text>", "a tag that does not end"),
    "unquoted": ("<mj-text><a href=x>y</a></mj-text>", "a tag that does not end"),
}


@pytest.mark.parametrize(("inside", "message"), WRONG.values(), ids=WRONG)
def test_it_is_an_error_with_its_line(inside: str, message: str) -> None:
    with pytest.raises(Problems) as caught:
        render(inside)
    assert "templates/email/x.mjml:4: " in str(caught.value)
    assert message in str(caught.value)


def test_what_is_never_closed_is_told() -> None:
    assert [problem.what for problem in lint("<mjml><mj-body>", where)] == [
        "<mjml> is not closed",
        "<mj-body> is not closed",
    ]


def test_a_comment_inside_mj_attributes_is_told() -> None:
    source = "<mjml><mj-head><mj-attributes><!-- x --><mj-all padding='0px' /><mj-class name='a' /></mj-attributes></mj-head></mjml>"
    assert [problem.what for problem in lint(source, where)] == [
        "a comment inside mj-attributes stops MJML"
    ]


def test_what_only_the_engine_notices_is_told_in_its_words() -> None:
    with pytest.raises(Problems, match="MJML cannot read this"):
        to_html("no mjml at all", where)
