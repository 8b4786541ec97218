"""This module tests that a text as staff receive it becomes an edition without losing a word."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.edition import Draft, edition_from, load_edition, write_draft
from newsletter.edition.received import is_rule
from newsletter.errors import NewsletterError, Problems

from .texts import BIRTH, RECEIVED, shown, values, write


def drafted(
    tmp_path: Path, text: str | bytes, name: str = "a.txt", title: str | None = None
) -> Draft:
    return edition_from(write(tmp_path, text, name), BIRTH, title=title)


def test_a_received_text_becomes_an_edition(tmp_path: Path) -> None:
    draft = drafted(tmp_path, RECEIVED)
    assert draft == Draft(
        name="walking-after-surgery.md",
        title="Walking After Surgery",
        notes=(
            "braces such as {{ in the text are shown as they are, not obeyed",
            "author: Jo Example",
            "website: https://jo.example.com/",
            "place: New Orleans, Louisiana",
            "2 contact lines stand at the end of the article; every letter's footer names the clinic",
            "look over the subject and the preheader",
        ),
        text="""\
---
id: 2026-11-24-walking-after-surgery-k3f9
title: Walking After Surgery
subject: Walking After Surgery
preheader: Many people ask us when they may walk again. The short answer is sooner than they think, and in small steps.
# Article posted by:
author: Jo Example
website: https://jo.example.com/
place: New Orleans, Louisiana
---

Many people ask us when they may walk again. The short answer is sooner than they think, and in small steps.

## What to expect

The first week is slow, and that is fine. {{ "{{" }} Nobody }} is timing you & your 50% effort \\* counts.

---

Clockwork Perform\\
Call us: 504 555 0100
""",
    )


def test_what_was_made_loads_without_a_problem(tmp_path: Path) -> None:
    path = write_draft(drafted(tmp_path, RECEIVED), tmp_path / "content")
    edition = load_edition(path, tmp_path)
    assert (edition.title, edition.details["author"]) == ("Walking After Surgery", "Jo Example")


@pytest.mark.parametrize(
    "divider",
    ["---", "———", "——————-", "–––––", "_____", "* * *", "— - –", "==========", "——", "- - - -"],
)
def test_any_line_of_dashes_divides(tmp_path: Path, divider: str) -> None:
    draft = drafted(tmp_path, RECEIVED.replace("——————-", divider))
    assert values(draft)["author"] == "Jo Example"


@pytest.mark.parametrize(
    ("closing", "author", "website", "place", "label"),
    [
        ("---\nArticle posted by:\nJo\nwww.jo.example.com\nMetairie", "Jo", "www.jo.example.com", "Metairie", "Article posted by:"),
        ("---\nWritten by Jo Example\njo.example.com", "Jo Example", "jo.example.com", "", "Written by"),
        ("\nPosted by:\n\nJo\n\nhttps://jo.example.com\n\nMetairie", "Jo", "https://jo.example.com", "Metairie", "Posted by:"),
        ("---\nArticle posted by:\nA Clinic (https://c.example.com/)\nNew Orleans", "A Clinic", "https://c.example.com/", "New Orleans", "Article posted by:"),
        ("---\nArticle posted by: A Clinic, https://c.example.com/, New Orleans, USA", "A Clinic", "https://c.example.com/", "New Orleans, USA", "Article posted by:"),
        ("---\nPosted by: A Clinic – www.c.example.com", "A Clinic", "www.c.example.com", "", "Posted by:"),
        ("---\nPosted by:\nAuthor: Jo\nURL: jo.example.com\nTown:\nMetairie", "Jo", "jo.example.com", "Metairie", "Posted by: Author: URL: Town:"),
        ("---\nWritten by Jo\nWebsite: https://jo.example.com/\nLocation: Metairie, LA", "Jo", "https://jo.example.com/", "Metairie, LA", "Written by Website: Location:"),
        ("---\nPosted by: Jo\nhttps://jo.example.com/" + "a" * 100 + "\nMetairie", "Jo", "https://jo.example.com/" + "a" * 100, "Metairie", "Posted by:"),
        ("---\nAuthor: Jo\nMetairie, Louisiana", "Jo", "", "Metairie, Louisiana", "Author:"),
    ],
)  # fmt: skip
def test_the_closing_block_becomes_front_matter(
    tmp_path: Path, closing: str, author: str, website: str, place: str, label: str
) -> None:
    draft = drafted(tmp_path, f"A title\nA sentence that says something.\n{closing}\n")
    taken = values(draft)
    assert (author, website, place) == tuple(
        taken.get(key, "") for key in ("author", "website", "place")
    )
    assert not label or f"\n# {label}\n" in draft.text


@pytest.mark.parametrize(
    "end",
    ["About us\nhttps://c.example.com/\nNew Orleans", "Second part\nCall 504 555 0100", "Jo Example\nwww.jo.example.com"],
)  # fmt: skip
def test_a_block_that_does_not_say_whom_it_is_by_stays_in_the_article(
    tmp_path: Path, end: str
) -> None:
    draft = drafted(tmp_path, f"A title\nA sentence that says something.\n---\n{end}\n")
    assert not {"author", "website", "place"} & set(values(draft))
    assert shown(draft) == f"A sentence that says something.\n{end}"


@pytest.mark.parametrize(
    "line",
    [
        "URL: ask at the desk",
        "Town: call 504 555 0100",
        "Book here, https://book.example.com",
        "[Jo](https://jo.example.com)",
        "See: https://book.example.com",
    ],
)
def test_a_line_that_does_not_fit_its_name_stays_a_line(tmp_path: Path, line: str) -> None:
    draft = drafted(tmp_path, f"A title\nWords.\n---\nPosted by:\nJo\n{line}\n")
    assert (values(draft)["author"], shown(draft)) == ("Jo", f"Words.\n{line}")


def test_a_long_sentence_about_the_author_stands_at_the_end(tmp_path: Path) -> None:
    about = "Jo has walked and written about it for a very long time. " * 3
    block = f"Posted by:\nJo\nhttps://jo.example.com/\n{about}\n"
    draft = drafted(tmp_path, f"A title\nWords.\n---\n{block}")
    assert (values(draft)["author"], shown(draft)) == ("Jo", f"Words.\n{about.strip()}")
    bare = drafted(tmp_path, f"A title\n---\n{block}")
    assert "author" not in values(bare)


def test_a_name_above_an_article_does_not_make_it_a_closing_block(tmp_path: Path) -> None:
    text = f"A title\nWritten by Jo\n{'A sentence of an article that goes on and on. ' * 5}\nThe end.\n"
    assert "author" not in values(drafted(tmp_path, text))


def test_a_divider_inside_the_article_divides_only(tmp_path: Path) -> None:
    second = "Second half, which goes on. See https://a.example.com for more." + " And on." * 10
    for end in ("Second half, which goes on.", second):
        draft = drafted(tmp_path, f"A title\nFirst half.\n———\n{end}\n")
        assert draft.text.endswith(f"\n---\n\nFirst half.\n\n---\n\n{end}\n")


def test_a_second_contact_block_stands_at_the_end_line_by_line(tmp_path: Path) -> None:
    text = "A title\nWords.\n---\nPosted by:\nJo\nhttps://jo.example.com\nMetairie\n---\nFor more:\nThe clinic\nhttps://c.example.org\n"
    draft = drafted(tmp_path, text)
    assert draft.text.endswith("\n---\n\nFor more:\\\nThe clinic\\\nhttps://c.example.org\n")
    assert values(draft)["website"] == "https://jo.example.com"


def test_a_short_last_part_above_the_closing_block_is_no_author(tmp_path: Path) -> None:
    text = "A title\nWords.\n* * *\nA last part.\n———\nArticle posted by:\nJo\nhttps://jo.example.com\n"
    draft = drafted(tmp_path, text)
    assert (values(draft)["author"], shown(draft)) == ("Jo", "Words.\nA last part.")


def test_lines_that_no_key_takes_stay_in_their_order(tmp_path: Path) -> None:
    text = "A title\nWords.\n---\nPosted by:\nJo\nA Company\n504 555 0100\nhttps://jo.example.com\nMetairie\nUSA\n"
    draft = drafted(tmp_path, text)
    assert shown(draft).split("\n")[1:] == ["A Company", "504 555 0100", "USA"]


def test_a_text_broken_into_short_lines_is_joined_again(tmp_path: Path) -> None:
    text = (
        "Dear reader,\n\nwe have known for a long time now that walking is good for\n"
        "everybody, whatever the weather and whatever their age is\nor was.\n\n"
        "What to take with you on a walk of an hour or more, at least:\n- water\n- a friend\n"
    )
    assert drafted(tmp_path, text, title="T").text.split("---\n\n")[1] == (
        "Dear reader,\n\nwe have known for a long time now that walking is good for\n"
        "everybody, whatever the weather and whatever their age is\nor was.\n\n"
        "What to take with you on a walk of an hour or more, at least:\n\n\\- water\n\n\\- a friend\n"
    )


@pytest.mark.parametrize(
    ("name", "title", "expected"),
    [
        ("walk-more_often.txt", None, "Walk more often"),
        ("a.txt", "A  given\ntitle", "A given title"),
        ("---.txt", None, "Article"),
    ],
)
def test_the_title_is_given_or_proposed(
    tmp_path: Path, name: str, title: str | None, expected: str
) -> None:
    draft = drafted(tmp_path, "this is a sentence, not a heading.\nAnother one.\n", name, title)
    assert (draft.title, values(draft)["title"]) == (expected, expected)


def test_a_heading_that_is_not_the_title_stays(tmp_path: Path) -> None:
    draft = drafted(tmp_path, RECEIVED, title="Another title")
    assert "## Walking After Surgery" in draft.text


@pytest.mark.parametrize(
    ("content", "note"),
    [
        ("Café au lait.\nEnd.".encode("utf-8-sig"), []),
        ("Café au lait.\nEnd.".encode("utf-16"), ["the file was read as utf-16 text"]),
        ("Café au lait.\r\nEnd.".encode("cp1252"), ["the file was read as cp1252 text"]),
        ("Café au lait.\u2028End.".encode(), []),
    ],
)
def test_the_usual_encodings_are_read(tmp_path: Path, content: bytes, note: list[str]) -> None:
    draft = drafted(tmp_path, content)
    assert shown(draft) == "Café au lait.\nEnd."
    assert list(draft.notes) == [*note, "look over the subject and the preheader"]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.doc", b"PK", "a.doc: .doc files cannot be read; save it as a Word file (.docx) or as plain text (.txt) and name that file"),
        ("a.docx", b"PK", "a.docx: this is no Word file that can be read (a password, or an older kind?); open it in Word, save it as .docx and name that file"),
        ("a.txt", b" \r\n\t", "a.txt: the file is empty; name one with the article's text"),
        ("a.txt", b"\x00\x01\x02", "a.txt: this is no text file; save the article as UTF-8 text (.txt)"),
        ("a.txt", b"\xff\xfe\x00", "a.txt: this is no text file; save the article as UTF-8 text (.txt)"),
        ("a.txt", b"\x81\x8d", "a.txt: this is no text file; save the article as UTF-8 text (.txt)"),
        ("a.txt", b"x" * 10_000_000, "a.txt: 10 MB are too much for an article; name its text alone"),
        ("a.md", b"---\ntitle: T\n---\n", "a.md: there is no article below the front matter; add its text"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said(
    tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    with pytest.raises(NewsletterError) as caught:
        drafted(tmp_path, content, name)
    assert str(caught.value) == f"{tmp_path}/{sentence}"


@pytest.mark.parametrize(
    ("name", "reason"), [("no.txt", "there is no such file"), (".", "Is a directory")]
)
def test_a_file_that_is_none_is_said(tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(NewsletterError, match=reason):
        edition_from(tmp_path / name, BIRTH)


def test_markdown_stays_markdown(tmp_path: Path) -> None:
    text = "# Walk *more*\n\nIt is **good** for {% you %}, says [a study](https://s.example.org).\n\n- one\n- two\n\n---\nPosted by: Jo\nhttps://jo.example.com\n"
    draft = drafted(tmp_path, text, "a.md")
    assert (
        draft.text
        == """\
---
id: 2026-11-24-walk-more-k3f9
title: Walk *more*
subject: Walk *more*
preheader: 'It is good for {{ "{%" }} you %}, says a study.'
# Posted by:
author: Jo
website: https://jo.example.com
---

It is **good** for {{ "{%" }} you %}, says [a study](https://s.example.org).

- one
- two
""".replace("'It is", "It is").replace("study.'", "study.")
    )


def test_the_front_matter_of_markdown_is_kept(tmp_path: Path) -> None:
    text = """\
---
# from the old site
title: Old title
layout: post
tags:
  - back
author: Ann
audience: [website, desk]
id: old
---
# Old title
Words {{ here }}.
---
Posted by:
Jo
https://jo.example.com
"""
    draft = drafted(tmp_path, text, "a.md")
    assert (
        draft.text
        == """\
---
subject: Old title
preheader: Words {{ "{{" }} here }}.
website: https://jo.example.com
# from the old site
title: Old title
# layout: post
# tags:
#   - back
author: Ann
audience: [website, desk]
id: 2026-11-24-old-title-k3f9
---

Words {{ "{{" }} here }}.

---

Posted by:\\
Jo
"""
    )
    assert draft.notes == (
        "braces such as {{ in the text are shown as they are, not obeyed",
        "id: 2026-11-24-old-title-k3f9, in place of old",
        "no keys of ours, kept as comments: layout, tags",
        "website: https://jo.example.com",
        "2 contact lines stand at the end of the article; every letter's footer names the clinic",
        "look over the subject and the preheader",
    )


def test_broken_front_matter_of_markdown_is_said(tmp_path: Path) -> None:
    with pytest.raises(Problems, match=r"a\.md:3: title stands twice, here and on line 2"):
        drafted(tmp_path, "---\ntitle: A\ntitle: B\n---\nWords.\n", "a.md")


def test_a_heading_alone_is_title_and_article(tmp_path: Path) -> None:
    draft = drafted(tmp_path, "# Only this", "only-this.md")
    assert (draft.title, shown(draft)) == ("Only this", "Only this")


def test_a_long_line_of_a_closing_block_stays_a_sentence(tmp_path: Path) -> None:
    text = "A title\nWords.\n---\nPosted by: " + "Jo " * 29 + "\nhttps://jo.example.com\n"
    draft = drafted(tmp_path, text)
    assert values(draft)["author"] == ("Jo " * 29).strip()


TRICKY = st.text("ab #*_-`~<>[](){}%!&;:|\\'\".,1)\t=+@/é“x\u00a0\x85", max_size=30)
LINES = st.lists(
    st.one_of(
        TRICKY,
        st.sampled_from(
            [
                "", "---", "———", "* * *", "Article posted by:", "Jo Example", "https://jo.example.com/",
                "New Orleans, USA", "Call 504 555 0100", "# Heading #", "1. One", "> quote", ":::", "::: note",
                "[a]: b", "&amp; &copy; (c) (tm)", "{{ x }} {% y %} {# z #} {{{", "`` ` ``", "<b>bold</b>",
                "| a | b |", "|---|---|", "***bold***", "~~gone~~", "![x](y.png){width=3}", "    code",
                "A sentence of more than eighty characters, so that what stands above it may be a heading of it.",
            ]
        ),
    ),
    min_size=1,
    max_size=12,
)  # fmt: skip


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(lines=LINES)
def test_the_words_out_equal_the_words_in(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    text = "\n".join(lines)
    if not text.strip():
        return
    draft = drafted(tmp_path_factory.getbasetemp(), text, title="Quite another title")
    head = values(draft)
    label = [line[2:] for line in draft.text.split("\n---\n")[0].split("\n") if line[:2] == "# "]
    out = [
        *label,
        *(str(head.get(key, "")) for key in ("author", "website", "place")),
        shown(draft),
    ]
    spoken = [line for line in text.replace("\x85", "\n").split("\n") if not is_rule(line)]
    assert Counter(" ".join(out).split()) == Counter(" ".join(spoken).split())


@settings(max_examples=50, suppress_health_check=list(HealthCheck))
@given(lines=LINES)
def test_every_text_makes_an_edition_that_loads(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    text = "\n".join(lines)
    if not text.strip():
        return
    root = tmp_path_factory.getbasetemp()
    draft = drafted(root, text)
    path = write(root, draft.text, f"content/{draft.name}")
    assert load_edition(path, root).title == draft.title
