"""Blocks of an article as HTML and as text."""

import re
from pathlib import Path

import pytest
from PIL import Image

from newsletter.errors import Problems
from newsletter.letter import Letter, Reader

from .conftest import Write


def page(letter: Letter) -> str:
    """The HTML without styles, and without the white space that MJML leaves out between tags."""
    html = re.sub(r"\s*style=\"[^\"]*\"", "", letter.view(Reader()).html)
    return re.sub(r">\s+<", "><", html)


TEXTS = {
    "paragraphs": (
        "One\nline.\n\nTwo **strong** *words* `x`.",
        "One\nline.\n\nTwo strong words x.\n",
    ),
    "heading": ("# Big\n\n### Small", "Big\n===\n\nSmall\n-----\n"),
    "list": (
        "- one\n- two\n  - inner\n\n3. third\n4. fourth",
        "- one\n- two\n  - inner\n\n3. third\n4. fourth\n",
    ),
    "quote": ("> wise\n> words", "> wise\n> words\n"),
    "blocks of a list": (
        "- one\n\n  | a | b |\n  |---|---|\n  | 1 | 2 |\n\n  > wise\n\n  ```\n  x\n  ```\n\n- two",
        "- one a | b 1 | 2 wise x\n- two\n",
    ),
    "rule": ("one\n\n* * *\n\ntwo", "one\n\n* * *\n\ntwo\n"),
    "code": ("```\na  b\n```", "a  b\n"),
    "indented code": ("    a  b", "a  b\n"),
    "table": ("| a | b |\n|---|---|\n| 1 | 2 |", "a | b\n1 | 2\n"),
    "link": (
        "[label](https://example.com/a) <https://example.com/b>",
        "label ( https://example.com/a ) https://example.com/b\n",
    ),
    "button": ("[Go](https://example.com/){.button}", "Go: https://example.com/\n"),
    "html": ("<div>\nHello <b>there</b>\n</div>", "Hello there\n"),
    "html with links": (
        '<p>Tom &amp; Ana: <a href="https://example.com/?a=1&amp;b=2">the <b>study</b></a></p>',
        "Tom & Ana: the study ( https://example.com/?a=1&b=2 )\n",
    ),
    "html tables and lists": (
        "<table><tr><th>Day</th><th>Hours</th></tr><tr><td>Mon</td><td>8</td></tr></table>\n\n<ul><li>One</li><li><p>Two</p></li></ul>",
        "Day | Hours\nMon | 8\n\n- One\n- Two\n",
    ),
    "html comments": ("<!-- 3 > 2, says Jo -->\n\nWords <!-- 3 > 2 --> here.", "Words  here.\n"),
    "inline html with links": (
        'Ask <a href="https://example.com/">*the* study</a> today, <br> or `<br>` <a href="mailto:us@example.com">us@example.com</a>.',
        "Ask the study ( https://example.com/ ) today,\nor <br> us@example.com.\n",
    ),
    "inline html": ("a <b>b</b> c", "a b c\n"),
    "takeaways": ("::: takeaways\n- a\n:::", "Key takeaways\n-------------\n\n- a\n"),
    "note": ("::: note Good to know\nHello.\n:::", "Good to know\n------------\n\nHello.\n"),
    "plain note": ("::: note\nHello.\n:::", "Hello.\n"),
    "sources": ("::: sources\n1. Book, 2020.\n:::", "Sources\n-------\n\n1. Book, 2020.\n"),
    "exercise": (
        "::: exercise Bridge\n- Dose: 2 x 8\n- Cue: Slow\n- Stop if: pain\n:::",
        "Bridge\n------\n\n- Dose: 2 x 8\n- Cue: Slow\n- Stop if: pain\n",
    ),
    "comment": ("a\n\n{# not for readers #}\n\nb", "a\n\nb\n"),
    "raw": ("a {% raw %}{{ x }}{% endraw %} b", "a {{ x }} b\n"),
    "quotes": ('"so" it\'s -- fine', "“so” it’s – fine\n"),
    "whitespace control": ("a {%- if 1 %} b{% endif -%} c", "a bc\n"),
    "a condition at the end of a line": (
        "Hi {% if 1 %}you{% endif %}\nand all. {# not for readers #}\nNext\n\n- a {% if 1 %}b{% endif %}\n- c\n\n## Head {% if 1 %}x{% endif %}\n\n| a | {% if 1 %}b{% endif %} |\n|---|---|\n| 1 | 2 |",
        "Hi you\nand all.\nNext\n\n- a b\n- c\n\nHead x\n======\n\na | b\n1 | 2\n",
    ),
    "crlf": ("one\r\n\r\ntwo", "one\n\ntwo\n"),
    "compose time": (
        "{{ edition.title | upper }} of {{ clinic.name }}{% if site %}!{% endif %}",
        "TIPS FOR A STRONG BACK of Clockwork Perform\n",
    ),
}


@pytest.mark.parametrize(("body", "text"), TEXTS.values(), ids=TEXTS)
def test_the_text_part(bare: Write, body: str, text: str) -> None:
    assert bare(body).view(Reader()).text == text


HTMLS = {
    "a condition at the end of a line": (
        "Hi {% if 1 %}you{% endif %}\nand{% raw %}{{{% endraw %}\nall.{# x #}\nNext",
        "<p>Hi you\nand{{\nall.\nNext</p>",
    ),
    "paragraph": ("One **strong**.", "<p>One <strong>strong</strong>.</p>"),
    "heading": ("# Big", "<h2>Big</h2>"),
    "small heading": ("### Small", "<h3>Small</h3>"),
    "list": ("- one\n- two", "<ul><li>one</li><li>two</li></ul>"),
    "quote": ("> wise", "<blockquote><p>wise</p></blockquote>"),
    "code": ("```\na < b\n```", "<pre><code>a &lt; b\n</code></pre>"),
    "cues": ("::: exercise Bridge\n- Cue: Slow\n:::", "<ul><li>Slow</li></ul>"),
    "stop": ("::: exercise Bridge\n- Stop if: pain\n:::", "<strong>Stop if:</strong> pain</div>"),
    "unclosed html": ("a <b>bold", "<p>a <b>bold</b></p>"),
    "crossed html": ("<b>a <i>b</b> c</i>", "<p><b>a <i>b</i></b><i> c</i></p>"),
    "less than": ("a < b & c", "<p>a &lt; b &amp; c</p>"),
    "upper case": ("a<BR>b", "<p>a<br />b</p>"),
    "emoji": ("I ❤️ you 🏋️‍♀️", "<p>I ❤️ you 🏋️‍♀️</p>"),
    "card in a card": (":::: note\n::: takeaways\n- a\n:::\n::::", "<li>a</li>"),
}


@pytest.mark.parametrize(("body", "part"), HTMLS.values(), ids=HTMLS)
def test_the_html_part(bare: Write, body: str, part: str) -> None:
    assert part in page(bare(body))


def test_a_table_keeps_its_cells(bare: Write) -> None:
    shown = page(bare("| a | b |\n|---|---|\n| 1 | **2** |"))
    assert '<th scope="col" nowrap="nowrap">a</th>' in shown
    assert '<td nowrap="nowrap"><strong>2</strong></td>' in shown


def test_an_aligned_column_keeps_its_look_in_one_style(bare: Write) -> None:
    table = "| a | b |\n|:---|---:|\n| 1 | <b>2</b> |"
    cells = re.findall(r"<t[hd]\b[^>]*>", bare(table).view(Reader()).html.partition("<table ")[2])
    written = [re.findall(r'style="([^"]*)"', cell) for cell in cells if "padding:8px" in cell]
    assert [len(styles) for styles in written] == [1, 1, 1, 1]
    ends = [re.findall(r"text-align:(\w+)", styles[0])[-1] for styles in written]
    assert ends == ["left", "right", "left", "right"]
    assert all("border-bottom:" in styles[0] for styles in written)


@pytest.fixture
def picture(project: Path) -> Path:
    path = project / "content" / "tree.png"
    Image.new("RGB", (1072, 536), "green").save(path)
    return path


def test_a_picture_travels_inside_with_its_size_and_description(bare: Write, picture: Path) -> None:
    letter = bare('![A ❤️ "tree"](tree.png "In *May*")')
    (inside,) = letter.pictures
    assert (inside.filename, inside.type) == ("tree.png", "image/png")
    html = letter.view(Reader()).html
    assert f'src="cid:{inside.cid}"' in html
    assert 'alt="A ❤️ &quot;tree&quot;"' in html
    assert 'width="536"' in html
    assert "In *May*" in html
    assert letter.view(Reader()).text == '[A ❤️ "tree"] In *May*\n'


def test_a_width_in_braces_is_kept_and_a_small_picture_is_not_blown_up(
    bare: Write, project: Path
) -> None:
    Image.new("RGB", (100, 50)).save(project / "content" / "small.gif")
    html = bare("![small](small.gif)\n\n![x](small.gif){width=60}").view(Reader()).html
    assert 'width="100"' in html
    assert 'width="60"' in html


def test_a_decorative_picture_needs_no_description(bare: Write, picture: Path) -> None:
    assert 'alt=""' in bare("![](tree.png){.decorative}").view(Reader()).html


BROKEN = {
    "no description": ("![](tree.png)", "a picture without a description"),
    "without a file": ("![](){.decorative}", "a picture names no file"),
    "from the web": ("![x](https://example.com/a.png)", "is a picture from the web"),
    "inside the article": (f"![x][i]\n\n[i]: <data:image/png;base64,{'iVBORw0KGgo' * 100}>", "a picture is written into the article itself; save it as a file beside the article"),
    "forbidden tag": ("<script>alert(1)</script>", "<script> cannot travel in a letter"),
    "forbidden inline tag": ("a <img src='x'> b", "<img> cannot travel in a letter"),
    "inside a line": ("Look: ![x](tree.png)", "a picture inside a line"),
    "inside a link": ("[![x](tree.png)](https://example.com/)", "a picture inside a link; write the picture alone, and the link below it"),
    "inside a list": ("- ![x](tree.png)", "a picture inside a list or a quotation; begin its line without spaces or >"),
    "inside a quotation": ("> ![x](tree.png)", "a picture inside a list or a quotation"),
    "a width of no pixels": ("![x](tree.png){width=100px}", "{width=100px} is no number of pixels; write it as {width=300}"),
    "a width that is a part": ("![x](tree.png){width=50%}", "{width=50%} is shown as it stands; write it without a space: ![words](file.png){width=300}"),
    "a button with a space": ("[Book](https://example.com/) {.button}", "{.button} is shown as it stands; write it without a space: [words](https://…){.button}"),
    "a decoration with a space": ("![](tree.png) {.decorative}", "{.decorative} is shown as it stands"),
    "a footnote": ("So it is[^1].", "[^1] is shown as it stands: a letter has no footnotes; say it in the sentence"),
    "a footnote that is a link": ("So it is[^1].\n\n[^1]: https://example.com/", "[^1] is shown as it stands"),
    "an end of no card": (":::", "::: ends no card"),
    "an end of no card in a paragraph": (":::\nmore", "::: ends no card"),
    "a row without headings": ("| Mon | 8 |\n| Tue | 9 |", "this is a row of no table, and shown as it stands; write headings"),
    "too few parts": ("| Day | From | To |\n|---|---|\n| Mon | 8 | 9 |", "this is a row of no table"),
    "a row in a condition": ("| Day | From |\n|---|---|\n{% if reader.city %}\n| Mon | 8 |\n{% endif %}\n| Tue | 9 |", "this is a row of no table"),
    "a space in an address": ("[Ask **us**](https://example.com/a b)", "the address https://example.com/a b has a space in it; write %20 for it: https://example.com/a%20b"),
    "a space in an address alone": ("See <https://example.com/a b>", "write %20 for it: https://example.com/a%20b"),
    "a space in a picture's name": ("![A tree.](my tree.png)", "the address my tree.png has a space in it; write %20 for it: my%20tree.png"),
    "a space after a field": ("[Ask us]({{ clinic.url }}a b)", "the address {{ clinic.url }}a b has a space in it; write %20 for it: {{ clinic.url }}a%20b"),
    "a space in a bare name": ("[Ask us](example.com/a b)", "the address example.com/a b has a space in it"),
    "a space in a page of ours": ("[Ask us](/our visit)", "the address /our visit has a space in it"),
    "a link without an end": ("[Ask us](https://example.com/a", "the link to https://example.com/a is not whole"),
    "a script": ("[Ask us](JavaScript:alert(1))", "the link “Ask us” begins with JavaScript:, which no letter may do; link a page"),
    "a script named elsewhere": ("[Ask us][1]\n\n[1]: javascript:alert(1)", "begins with javascript:"),
    "a script alone": ("<javascript:alert(1)>", "begins with javascript:"),
    "data": ("[Ask us](data:image/png;base64,AA==)", "begins with data:"),
    "unknown card": ("::: recipe\nx\n:::", "::: recipe is unknown"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "message"), BROKEN.values(), ids=BROKEN)
def test_what_no_letter_can_carry_is_said_with_its_line(
    bare: Write, picture: Path, body: str, message: str
) -> None:
    with pytest.raises(Problems) as caught:
        bare(f"One.\n\n{body}\n")
    line = 15 if "endif" in body else 10
    assert f"content/tips.md:{line}: " in str(caught.value)
    assert message in str(caught.value)


def test_a_list_goes_on_below_a_picture(bare: Write, picture: Path) -> None:
    letter = bare("1. Lie down.\n\n![A tree.](tree.png)\n\n2. Get up.")
    assert '<ol start="2"><li>Get up.</li></ol>' in page(letter)
    assert letter.view(Reader()).text == "1. Lie down.\n\n[A tree.]\n\n2. Get up.\n"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("Write \\[words\\](https://example.com/a b)", "Write [words](https://example.com/a b)"),
        ("Write `[words](https://example.com/a b)`", "Write [words](https://example.com/a b)"),
        ("As he said [sic](with all his words)", "As he said [sic](with all his words)"),
        ("So it is [1](note: see e.g. page 3).", "So it is [1](note: see e.g. page 3)."),
        ("Write \\{.button} and note\\[^1]", "Write {.button} and note[^1]"),
        ("Write `{.button}` and `[^1]`", "Write {.button} and [^1]"),
        ("\\| a | b |", "| a | b |"),
        ("\\:::", ":::"),
        ("The value |x| is 1.", "The value |x| is 1."),
        ("[Ask](<https://example.com/a b>)", "Ask ( https://example.com/a%20b )"),
    ],
)
def test_what_is_written_on_purpose_is_no_broken_link(bare: Write, body: str, text: str) -> None:
    assert bare(body).view(Reader()).text == f"{text}\n"


def test_a_script_in_raw_html_comes_out_as_words_wherever_it_stands(bare: Write) -> None:
    acting = '<a href="javascript:alert(1)" onclick="alert(1)">us</a>'
    html = bare(f"Ask {acting}.\n\n| a | b |\n|---|---|\n| {acting} | 1 |\n").view(Reader()).html
    assert html.count(">us</a>") == 2
    assert "alert" not in html


def test_a_picture_of_a_wrong_kind_is_refused(bare: Write, project: Path, picture: Path) -> None:
    (project / "content" / "tree.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (project / "content" / "IMG_1.HEIC").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    (project / "content" / "no.png").write_text("no picture")
    (project / "content" / "half.png").write_bytes(picture.read_bytes()[:-60])
    with pytest.raises(Problems) as caught:
        bare("![x](tree.svg)\n\n![y](IMG_1.HEIC)\n\n![z](no.png)\n\n![z](half.png)")
    told = [
        (problem.line, str(problem).partition("picture ")[2]) for problem in caught.value.problems
    ]
    assert sorted(told) == [
        (8, "tree.svg: this is SVG, which mail programs do not show; export it as PNG, 1,072 pixels wide"),
        (10, "IMG_1.HEIC: this is HEIC, which mail programs do not show; export it from Photos as JPEG"),
        (12, "no.png: this is no picture that can be read; use a PNG or JPEG file beside the article"),
        (14, "half.png: the file ends in the middle of the picture; copy it once more from where it is whole"),
    ]  # fmt: skip


def test_deep_nesting_is_refused_and_not_a_crash(bare: Write) -> None:
    deep = "<div>" * 300 + "x" + "</div>" * 300
    with pytest.raises(Problems, match="more than 200 tags inside each other"):
        bare(deep)


def test_what_only_looks_like_a_sign_stays_as_it_was_typed(bare: Write) -> None:
    said = "We may (a) walk, (b) swim or (c) rest??? Yes!!!! (r) (tm) +-3 so,,, e.g.. and ..."
    assert bare(said).view(Reader()).text == f"{said}\n"
