"""This module tests how new articles begin: blank, like an earlier one, and never over another."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.edition import Birth, Draft, blank_edition, edition_like, load_edition, write_draft
from newsletter.edition.literal import as_entry, as_heading, slug
from newsletter.errors import NewsletterError, Problems

from .texts import ARTICLE, BIRTH, values, with_lines, write


def test_a_blank_article_loads_and_says_what_to_write(tmp_path: Path) -> None:
    draft = blank_edition("Tip #1: walk", BIRTH)
    edition = load_edition(write_draft(draft, tmp_path / "content"), tmp_path)
    assert (edition.name, edition.id, edition.title, edition.subject) == (
        "content/tip-1-walk.md",
        "2026-11-24-tip-1-walk-k3f9",
        "Tip #1: walk",
        "Tip #1: walk",
    )
    assert draft.notes == ("write over what begins with TODO",)


def test_braces_in_a_title_are_shown(tmp_path: Path) -> None:
    taken = values(blank_edition("What {{ means", BIRTH))
    assert (taken["title"], taken["subject"]) == ("What {{ means", 'What {{ "{{" }} means')


@pytest.mark.parametrize("title", ["", " \n\t", "\x07"])
def test_a_title_must_say_something(title: str) -> None:
    with pytest.raises(NewsletterError, match="the title is empty"):
        blank_edition(title, BIRTH)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Strength Training for Back Pain", "strength-training-for-back-pain"),
        ("Größe & Café: 10 O'Clock!", "große-cafe-10-oclock".replace("ß", "")),
        ("日本", "edition"),
        ("word " * 30, "word-" * 11 + "word"),
        ("w" * 70, "w" * 60),
    ],
)
def test_a_file_is_named_after_the_title(title: str, name: str) -> None:
    assert slug(title) == name


def test_an_article_like_an_earlier_one_keeps_the_rest(tmp_path: Path) -> None:
    earlier = write(
        tmp_path,
        with_lines("# a comment", "kicker: Care", "audience:\n  - a", without="title", body="Old *words* {{ x }}.").replace("\n", "\r\n"),
    )  # fmt: skip
    assert edition_like(earlier, "New: one", BIRTH) == Draft(
        name="new-one.md",
        title="New: one",
        notes=("as in x.md, look them over: subject, preheader",),
        text="""\
---
title: New: one
id: 2026-11-24-new-one-k3f9
subject: A strong back in two short sessions
preheader: Three exercises, how much to do of each, and when to stop.
# a comment
kicker: Care
audience:
  - a
---
Old *words* {{ x }}.
""",
    )


def test_a_value_of_several_lines_is_replaced_whole(tmp_path: Path) -> None:
    earlier = write(
        tmp_path, with_lines("title: >-\n  A long\n  title", "place: X", without="title")
    )
    draft = edition_like(earlier, "Short", BIRTH)
    assert "title: Short\nplace: X\n---" in draft.text


def test_without_anything_to_look_over_there_is_no_note(tmp_path: Path) -> None:
    assert edition_like(write(tmp_path, "---\nid: x\n---\nHi.\n"), "T", BIRTH).notes == ()


@pytest.mark.parametrize(
    ("content", "error", "sentence"),
    [
        (None, NewsletterError, "No such file or directory; name an earlier article"),
        (b"\xff\xfe", NewsletterError, "this is no UTF-8 text; name an earlier article"),
        (b"Hello.", Problems, "x.md:1: there is no front matter"),
    ],
)
def test_an_earlier_article_that_cannot_be_read_is_said(
    tmp_path: Path, content: bytes | None, error: type[NewsletterError], sentence: str
) -> None:
    path = tmp_path / "x.md" if content is None else write(tmp_path, content, "x.md")
    with pytest.raises(error, match=sentence):
        edition_like(path, "T", BIRTH)


def test_a_file_that_is_there_is_never_touched(tmp_path: Path) -> None:
    path = write(tmp_path, ARTICLE, "content/t.md")
    with pytest.raises(NewsletterError) as caught:
        write_draft(blank_edition("T", BIRTH), tmp_path / "content")
    assert str(caught.value) == "content/t.md is there already; give another title, or rename that file"  # fmt: skip
    assert path.read_text() == ARTICLE


@given(value=st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1))
def test_a_value_is_read_back_as_it_was(value: str) -> None:
    words = " ".join(value.split())
    if not words:
        return
    for key in ("title", "author"):
        draft = Draft("x.md", f"---\n{as_entry(key, value)}\n---\n", "")
        assert values(draft)[key] == words


@pytest.mark.parametrize(
    ("line", "heading"),
    [("What now", "## What now"), ("In C #", "## In C \\#"), ("A ##", "## A \\#\\#")],
)
def test_a_heading_keeps_its_last_marks(line: str, heading: str) -> None:
    assert as_heading(line) == heading


def test_an_id_is_short_enough_whatever_the_title(tmp_path: Path) -> None:
    birth = Birth(BIRTH.today, "k3f9")
    edition = load_edition(write_draft(blank_edition("word " * 200, birth), tmp_path), tmp_path)
    assert edition.id == birth.id("word " * 200)
