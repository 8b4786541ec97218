"""Web pages saved to a file: the article comes along, what stands around it does not."""

import base64
import io
from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from newsletter.edition import Birth, Draft, edition_from
from newsletter.errors import NewsletterError

BIRTH = Birth(date(2026, 11, 24), "k3f9")


def png() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "#0B5D4E").save(file, "PNG")
    return file.getvalue()


DOT = base64.b64encode(
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
).decode()

PAGE = """\
<!-- saved from url=(0037)https://www.clinic.example.com/blog/ -->
<html lang="en"><head><title>Knees | The clinic</title><meta name="author" content="Jo Example">
<style>p {{ color: red }}</style><script>track()</script></head><body>
<header><a href="/">The clinic</a> <nav><ul><li><a href="/book">Book now</a></li></ul></nav></header>
<div id="cookies" role="dialog">We use cookies.</div>
<{open}>
  <h1>Knees like&nbsp;stairs</h1>
  <p>Stairs are the <strong>cheapest</strong> machine
     there is, says <a href="/about#team">our team</a> and <a href="https://doi.org/10.1001/x">a study</a>.</p>
  <figure><img src="knees_files/knee%201.png" alt="A knee."><figcaption>A knee at rest.</figcaption></figure>
  <img src="data:image/gif;base64,{dot}"><p><img src="https://cdn.example.com/far.png" alt="Far away."></p>
  <h3>How to begin</h3>
  <ol><li>One flight<ul><li>slowly</li></ul></li><li>Two flights</li></ol>
  <blockquote><p>It works - for <em>most</em>.</p></blockquote>
  <table><thead><tr><th>Week</th><th>Flights</th></tr></thead><tbody><tr><td>1</td><td>3<br>or 4</td></tr></tbody></table>
  <p><a href="#top">Up</a> <a href="javascript:share()">Share it</a></p>
  <form><input name="mail"><button>Subscribe</button></form>
  <p hidden>Secret.</p>
  <aside>Related: <a href="/hips">Hips</a></aside>
</{close}>
<footer>© The clinic. <a href="/privacy">Privacy</a></footer>
</body></html>
"""
BODY = """\
Stairs are the **cheapest** machine there is, says [our team](https://www.clinic.example.com/about#team) and [a study](https://doi.org/10.1001/x).

![A knee.](pictures/knees-1.png)

A knee at rest.

TODO a picture belongs here: Far away.

## How to begin

1. One flight
   - slowly
2. Two flights

> It works - for *most*.

| Week | Flights |
| --- | --- |
| 1 | 3 or 4 |

Up Share it
"""


def drafted(folder: Path, page: str) -> Draft:
    path = folder / "knees.html"
    path.write_text(page, encoding="utf-8")
    (folder / "knees_files").mkdir(exist_ok=True)
    (folder / "knees_files" / "knee 1.png").write_bytes(png())
    return edition_from(path, BIRTH)


@pytest.mark.parametrize(
    ("opened", "closed"),
    [
        ("article", "article"),
        ("main", "main"),
        ('div role="main"', "div"),
        ('div itemprop="articleBody"', "div"),
    ],
)
def test_the_article_comes_along_and_nothing_else(tmp_path: Path, opened: str, closed: str) -> None:
    draft = drafted(tmp_path, PAGE.format(open=opened, close=closed, dot=DOT))
    _top, body = draft.text.split("\n---\n\n", 1)
    assert body == BODY
    assert draft.title == "Knees like stairs"
    assert "author: Jo Example\n" in draft.text
    assert [picture.content for picture in draft.pictures] == [png()]
    assert draft.notes[:5] == (
        "left out: “Subscribe”",
        "left out: “Secret.”",
        "left out: “Related: Hips”",
        "a picture lies elsewhere, save it beside the article: https://cdn.example.com/far.png",
        "pictures: pictures/knees-1.png",
    )


KEPT = {
    "a question that is a button": ("<h2><button aria-expanded='false'>Why?</button></h2><div hidden><p>So.</p></div>", "## Why?\n\nSo."),
    "a button and its answer": ("<button>Why?</button><div hidden>So.</div>", "Why?\n\nSo."),
    "a tab and its panel": ("<button role='tab' aria-controls='b'>Why?</button><p>More.</p><div id='b' aria-hidden='true'>So.</div>", "Why?\n\nMore.\n\nSo."),
    "a question that opens": ("<details><summary><span>Why?</span></summary>So.</details>", "Why?\n\nSo."),
    "an answer that a style hides": ("<button>Why?</button><div style='color: red; display : none'>So.</div>", "Why?\n\nSo."),
    "a button in a link": ("<p><a href='https://example.com/book'><button>Book</button></a></p>", "[Book](https://example.com/book)"),
    "a callout": ("<aside><p>See a doctor if it hurts.</p></aside>", "See a doctor if it hurts."),
    "who is quoted": ("<blockquote><p>Walk.</p><footer>Jo Example</footer></blockquote>", "> Walk.\n>\n> Jo Example"),
    "the end of an article": ("<footer><p>Reviewed by Jo.</p></footer>", "Reviewed by Jo."),
}  # fmt: skip


@pytest.mark.parametrize(("html", "markdown"), KEPT.values(), ids=KEPT)
def test_what_belongs_to_the_text_stays(tmp_path: Path, html: str, markdown: str) -> None:
    draft = drafted(tmp_path, f"<article><h1>Knees</h1><p>So it is.</p>{html}</article>")
    assert draft.text.split("\n---\n\n", 1)[1] == f"So it is.\n\n{markdown}\n"
    assert draft.notes == ("look over the subject and the preheader",)


LEFT_OUT = {
    "a form": ("<form><label>Your name</label><input></form>", "Your name"),
    "a button": ("<button>Share</button>", "Share"),
    "a drawing": ("<svg><text>Knee cap</text></svg>", "Knee cap"),
    "a video": ("<iframe title='How to' src='https://video.example.com/1'></iframe>", "How to, https://video.example.com/1"),
    "an address without end": (f"<iframe src='https://example.com/{'a' * 100}'></iframe>", f"https://example.com/{'a' * 80} …"),
    "a list of links": ("<aside>More: <a href='/a'>Hips</a></aside>", "More: Hips"),
    "what is hidden": ("<div hidden>Thank you!</div>", "Thank you!"),
    "what a style hides": ("<p style='DISPLAY:none'>Thank you!</p>", "Thank you!"),
    "what cannot be seen": ("<span style='color:red;visibility: hidden;'>Thank you!</span>", "Thank you!"),
}  # fmt: skip


@pytest.mark.parametrize(("html", "words"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_what_is_left_out_is_told(tmp_path: Path, html: str, words: str) -> None:
    draft = drafted(tmp_path, f"<article><h1>Knees</h1><p>So it is.</p>{html}</article>")
    assert draft.text.endswith("---\n\nSo it is.\n")
    assert draft.notes[0] == f"left out: “{words}”"


def test_an_article_that_is_shown_only_when_its_page_is_ready_comes_along(tmp_path: Path) -> None:
    page = "<article style='visibility:hidden'><div style='visibility:hidden'><h1>Knees</h1><p>So it is.</p></div></article>"
    assert drafted(tmp_path, page).text.endswith("---\n\nSo it is.\n")


def test_what_has_no_words_is_left_out_without_a_word(tmp_path: Path) -> None:
    silent = (
        "<script>x()</script><style>p {}</style><svg></svg><button aria-hidden='true'>+</button>"
    )
    draft = drafted(tmp_path, f"<article><h1>Knees</h1><p>So it is.</p>{silent}</article>")
    assert draft.notes == ("look over the subject and the preheader",)


LONG = (
    "This paragraph is long enough, and has commas, to look like a part of an article to a reader. "
    * 3
)


def test_a_page_that_does_not_say_where_its_article_is(tmp_path: Path) -> None:
    page = (
        "<html><head><title>Hips</title></head><body><div id='menu'><a href='/'>Home</a> <a href='/b'>Blog</a></div>"
        f"<div class='content'><h2>Open them</h2><p>{LONG}</p><p>Second. {LONG}</p><ul><li>Slowly</li></ul></div>"
        "<div class='sidebar'><a href='/x'>More</a></div><div id='footer'>Imprint</div></body></html>"
    )
    draft = drafted(tmp_path, page)
    _top, body = draft.text.split("\n---\n\n", 1)
    long = " ".join(LONG.split())
    assert body == f"## Open them\n\n{long}\n\nSecond. {long}\n\n- Slowly\n"
    assert draft.title == "Hips"


FRAME = (
    '<div class="breadcrumb"><a href="/">Home</a> » Blog</div>',
    '<aside id="sidebar-1"><h3>Newsletter</h3>Sign up today.</aside>',
    '<div id="cookie-notice">We use cookies.</div>',
    f'<section class="comments-area"><h2>2 comments</h2><article>Great, says Bob. {LONG}</article></section>',
    '<div class="sharedaddy">Share this</div>',
    '<div class="jp-relatedposts related-posts">Read on: Hips</div>',
)
TOLD = [
    "Home » Blog",
    "Newsletter Sign up today.",
    "We use cookies.",
    f"2 comments Great, says Bob. {LONG}"[:100].rstrip() + " …",
    "Share this",
    "Read on: Hips",
]


@pytest.mark.parametrize("wrapper", ["div class='post-content'", "div id='post'"])
def test_what_a_site_puts_into_its_main_part_is_left_out_and_told(
    tmp_path: Path, wrapper: str
) -> None:
    text = f"<{wrapper}><h1>Ankles</h1><p>{LONG}</p><p>Second. {LONG}</p></div>"
    page = f"<meta charset='utf-8'><body class='right-sidebar'><div class='content-sidebar'><main>{FRAME[0]}{text}{''.join(FRAME[1:])}</main></div>"
    draft = drafted(tmp_path, page)
    long = " ".join(LONG.split())
    assert draft.text.split("\n---\n\n", 1)[1] == f"{long}\n\nSecond. {long}\n"
    assert list(draft.notes[:-1]) == [f"left out: “{words}”" for words in TOLD]


def test_a_title_beside_the_body_of_an_article_is_its_title(tmp_path: Path) -> None:
    page = f"<main><header><h1>Ankles</h1> By Jo</header><div class='entry-content'><p>{LONG}</p></div></main>"
    draft = drafted(tmp_path, page)
    assert (draft.title, draft.notes[0]) == ("Ankles", "left out: “By Jo”")


def test_a_part_of_the_article_with_such_a_name_stays(tmp_path: Path) -> None:
    page = (
        f"<article class='comments-open'><h1>Ankles</h1><div class='no-sidebar'><p>{LONG}</p>"
        "<h2 id='related'>Related pain</h2><div class='informed-consent shared'>You agree.</div></div></article>"
    )
    draft = drafted(tmp_path, page)
    assert draft.text.endswith("## Related pain\n\nYou agree.\n")
    assert draft.notes == ("look over the subject and the preheader",)


def test_the_largest_article_is_taken_and_its_comments_are_not_an_article(tmp_path: Path) -> None:
    page = (
        f"<article><h1>Hips</h1><p>{LONG}</p></article>"
        "<article><h2>Next: knees</h2><p>Read on.</p></article>"
    )
    assert "knees" not in drafted(tmp_path, page).text


@pytest.mark.parametrize(
    ("encoding", "declared"), [("cp1252", "windows-1252"), ("utf-16", "utf-16"), ("utf-8", "utf-8")]
)
def test_it_is_read_in_the_encoding_it_says(tmp_path: Path, encoding: str, declared: str) -> None:
    path = tmp_path / "knees.htm"
    page = f'<html><head><meta charset="{declared}"></head><body><article><h1>Café</h1><p>“Très” bien, cela – et plus.</p></article></body></html>'
    path.write_bytes(page.encode(encoding))
    draft = edition_from(path, BIRTH)
    assert draft.title == "Café"
    assert draft.text.endswith("“Très” bien, cela – et plus.\n")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_without_a_word_about_its_encoding_it_is_utf_8_where_it_can_be(
    tmp_path: Path, encoding: str
) -> None:
    path = tmp_path / "knees.htm"
    page = f"<html><body><article><h1>Knees</h1><p>{'So it is. ' * 50}It’s fine.</p></article></body></html>"
    path.write_bytes(page.encode(encoding))
    assert edition_from(path, BIRTH).text.endswith("It’s fine.\n")


def test_a_page_without_words_is_said(tmp_path: Path) -> None:
    with pytest.raises(NewsletterError, match="there are no words in it"):
        drafted(tmp_path, "<article><script>x</script></article>")


TABLES = {
    "a caption": ("<caption>When <b>open</b></caption><tr><th>Day</th></tr><tr><td>Monday</td></tr>", "When **open**\n\n| Day |\n| --- |\n| Monday |"),
    "columns": ("<colgroup><col><col></colgroup><tr><td>a</td></tr><tr><td>b</td></tr>", "| a |\n| --- |\n| b |"),
    "a foot": ("<tfoot><tr><td>c</td></tr></tfoot><thead><tr><th>a</th></tr></thead><tbody><tr><td>b</td></tr></tbody>", "| a |\n| --- |\n| b |\n| c |"),
    "two lines of heads": ("<thead><tr><th>a</th></tr><tr><th>b</th></tr></thead><tr><th>c</th></tr>", "| a |\n| --- |\n| b |\n| c |"),
    "a table in it": ("<tr><td>a<table><caption>b</caption><tr><td>c</td><td>d</td></tr></table>e</td><td>f</td></tr>", "| a b c d e | f |\n| --- | --- |"),
    "a cell over two lines": ("<tr><td rowspan='2'>a</td><td>b</td></tr><tr><td>c</td></tr>", "| a | b |\n| --- | --- |\n|  | c |"),
    "a cell over all lines": ("<tr><td>a</td><td rowspan='0'>b</td></tr><tr><td>c</td></tr>", "| a | b |\n| --- | --- |\n| c |  |"),
    "a cell over two columns": ("<tr><td colspan='2'>a</td><td>b</td></tr><tr><td>c</td><td>d</td><td>e</td></tr>", "| a |  | b |\n| --- | --- | --- |\n| c | d | e |"),
    "a title over more columns than there are": ("<tr><td colspan='100'>a</td></tr><tr><td>b</td><td>c</td></tr>", "| a |  |\n| --- | --- |\n| b | c |"),
    "a longer line below": ("<tr><td>a</td></tr><tr><td>b</td><td>c</td></tr>", "| a |  |\n| --- | --- |\n| b | c |"),
    "a list in it": ("<tr><td>a<ul><li>b</li><li>c</li></ul>d</td></tr>", "| a b c d |\n| --- |"),
    "code in it": ("<tr><td><code>a|b</code></td><td><pre>c\nd</pre></td></tr>", "| `a\\|b` | `c d` |\n| --- | --- |"),
    "words beside its cells": ("<tr><td>a</td>b</tr>c", "c\n\n| a | b |\n| --- | --- |"),
}  # fmt: skip


@pytest.mark.parametrize(("rows", "markdown"), TABLES.values(), ids=TABLES)
def test_a_table_keeps_its_words_in_their_cells(tmp_path: Path, rows: str, markdown: str) -> None:
    page = f"<article><h1>Knees</h1><p>So.</p><table>{rows}</table><p>End.</p></article>"
    draft = drafted(tmp_path, page)
    assert draft.text.split("\n---\n\n", 1)[1] == f"So.\n\n{markdown}\n\nEnd.\n"


ODD = {
    "a list that is none": ("<p>- no list</p><p>3. no list</p>", "\\- no list\n\n3\\. no list"),
    "signs": ("<p>2 * 3 = 6 &amp;copy; &lt;b&gt; snake_case _x_</p>", "2 \\* 3 = 6 \\&copy; \\<b> snake_case \\_x\\_"),
    "a card that is none": ("<p>::: note</p>", "\\::: note"),
    "a break before a dash": ("<p>a<br>- b</p>", "a\\\n\\- b"),
    "braces": ("<p>{{ x }} {% if %}</p>", '{{ "{{" }} x }} {{ "{%" }} if %}'),
    "a picture in a sentence": ('<p>Look: <img src="knees_files/knee%201.png" alt="A [knee]"> here.</p>', "![A \\[knee\\]](pictures/knees-1.png)\n\nLook: here."),
    "an address": ('<p><a href="https://example.com/">https://example.com/</a> <a href="mailto:jo@example.com">jo@example.com</a></p>', "<https://example.com/> <jo@example.com>"),
    "strong with spaces": ("<p>a<b> b </b>c</p>", "a **b** c"),
    "strong beside strong": ("<p><b>one</b><strong>two</strong> <b>x<b>y</b></b><i>z</i></p>", "**onetwo** **xy***z*"),
    "strong that Markdown would not see": ("<p>a<b>“b”</b>c, <b>d:</b>e, <span>f</span><i>(g)</i></p>", "a“b”c, d:e, f(g)"),
    "strong around signs": ("<p>(<b>“a”</b>) <i>b?</i> <s>c.</s></p>", "(**“a”**) *b?* ~~c.~~"),
    "strong from one break to the next": ("<p><b>a<br></b>b<br><b>c<br><br>d</b></p>", "**a**\\\nb\\\n**c**\n\n**d**"),
    "strong around paragraphs": ("<b><div>a</div>b<ul><li>c</li></ul></b>", "**a**\n\n**b**\n\n- **c**"),
    "a strong space": ("<p>a<b>&nbsp;b</b><b> </b>c</p>", "a\N{NO-BREAK SPACE}**b** c"),
    "a link around blocks": ("<a href='https://example.com/'><h3>a</h3><p>b <b>c</b></p>d</a>", "## [a](https://example.com/)\n\n[b **c**](https://example.com/)\n\n[d](https://example.com/)"),
    "a list of terms": ("<dl><dt>Tendon</dt><dd>A cord.</dd><dt><b>Bone</b></dt><dd><p>Hard.</p><p>White.</p></dd></dl>", "**Tendon**\n\nA cord.\n\n**Bone**\n\nHard.\n\nWhite."),
    "a heading in a list": ("<ul><li><h2>a</h2>b</li><li><ul><li>c</li></ul><b>d</b></li></ul>", "- ## a\n\n  b\n- - c\n\n  **d**"),
    "a paragraph around a table": ("<p><span><table><tr><td>a</td></tr></table></span>b</p>", "| a |\n| --- |\n\nb"),
    "strong around struck words": ("<p>a<b><s>b</s> c</b></p>", "a~~b~~ c"),
    "emphasis in strong, side by side": ("<p>x <b><i>one</i>-<i>.</i></b> z</p>", "x **one-.** z"),
    "emphasis that ends with the strong words in it": ("<p><i>a <b>b</b></i>c, <i>d <b>e</b> f</i></p>", "*a **b***c, *d **e** f*"),
    "strong in emphasis beside strong": ("<p><b>a</b><i><b>b</b>c</i> d</p>", "**a***bc* d"),
    "a link in a link": ("<p><a href='HTTPS://e.org/'>a <i>b <a href='https://f.org/'>c</a></i></a></p>", "[a *b c*](HTTPS://e.org/)"),
    "code beside code, and a link in it": ("<p><code>a</code><code>b</code> <code><a href='https://e.org'>c</a></code></p>", "`ab` `c`"),
    "breaks before a block": ("<div>a<br> <br><p>b</p><ul><li>c<br></li></ul></div>", "a\n\nb\n\n- c"),
    "a break in code": ("<pre>a<br>b</pre>", "```\na\nb\n```"),
    "breaks at the end": ("<p>a<br><br></p><div>b<br></div>", "a\n\nb"),
    "water": ("<p>H<sub>2</sub>O<sup>x</sup></p>", "H<sub>2</sub>O<sup>x</sup>"),
}  # fmt: skip


@pytest.mark.parametrize(("html", "markdown"), ODD.values(), ids=ODD)
def test_what_means_something_to_markdown_means_nothing_here(
    tmp_path: Path, html: str, markdown: str
) -> None:
    draft = drafted(tmp_path, f"<article><h1>Knees</h1><p>So.</p>{html}<p>End.</p></article>")
    assert draft.text.split("\n---\n\n", 1)[1] == f"So.\n\n{markdown}\n\nEnd.\n"


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("Do this [daily], 2 * 3 times.", "Do this [daily], 2 * 3 times."),
        ("See <a href='https://e.org'>a [new] study</a>.", "See a [new] study."),
        ("A \\ and `b`<br>c", "A \\ and `b` c"),
        ("<b>So</b> it <code>is</code>.", "So it is."),
    ],
)
def test_title_and_preheader_are_plain_words(tmp_path: Path, html: str, words: str) -> None:
    draft = drafted(tmp_path, f"<article><h1>{html}</h1><p>{html}</p></article>")
    head = draft.text.split("\n---\n")[0]
    assert f"\ntitle: {words}\nsubject: {words}\npreheader: {words}" in head


def test_a_page_that_is_nested_without_end_is_a_sentence(tmp_path: Path) -> None:
    html = f"<article>{'<div>' * 2_000}<p>{'Words that go on. ' * 30}</p></article>"
    with pytest.raises(NewsletterError, match="too deeply; copy the article's text"):
        drafted(tmp_path, html)
