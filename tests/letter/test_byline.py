"""What the closing block of a received text says of its author reaches the reader."""

import html
import re
from pathlib import Path

import pytest

from newsletter.config import Settings
from newsletter.edition import load_edition
from newsletter.letter import Reader, compose

HEAD = """\
---
id: guest-edition
title: Walking after surgery
subject: Walking again, one step at a time
preheader: When you may walk again, and how to begin with it.
{}
---
Words.
"""


@pytest.mark.parametrize(
    ("entries", "line"),
    [
        ("author: Jo\nwebsite: https://jo.example.com/\nplace: Gretna, LA", "By Jo (https://jo.example.com/), Gretna, LA."),
        ("author: Jo & Co <x>\ncredentials: PT\nplace: Gretna", "By Jo & Co <x>, PT, Gretna."),
        ("author: Jo\nwebsite: jo.example.com/?a=1&b=2", "By Jo (jo.example.com/?a=1&b=2)."),
        ("author: Jo\nreviewed_on: 2026-11-20", "By Jo. Reviewed on November 20, 2026."),
        ("author: Clockwork Perform\nwebsite: https://www.clockworkperform.com/\nplace: New Orleans", "By Clockwork Perform."),
    ],
)  # fmt: skip
def test_the_author_is_named_with_where_to_find_them(
    project: Path, settings: Settings, entries: str, line: str
) -> None:
    path = project / "content" / "guest.md"
    path.write_text(HEAD.format(entries), encoding="utf-8")
    view = compose(load_edition(path, project), settings, unsubscribe_tag="[leave]").view(Reader())
    written = re.findall(r">(By .*?)</div>", view.html)
    assert [html.unescape(words) for words in written] == [line]
    assert " ".join(re.findall(r"^(?:By|Reviewed) .*$", view.text, re.MULTILINE)) == line
