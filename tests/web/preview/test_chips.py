"""What the page says of a finding: never green for what was not verified, and whole sentences."""

import re

import pytest

from newsletter.checks.colour import contrast, read_colour
from newsletter.web.preview.pages import PAGES, sentence

SHEET = (PAGES / "preview.css").read_text()


def test_what_was_not_verified_is_told_in_grey_that_can_be_read() -> None:
    assert ".severity.not-verified { background: var(--open-soft); color: var(--open); }" in SHEET
    pairs = re.findall(r"--open: (#\w+); --open-soft: (#\w+);", SHEET)
    assert len(pairs) == 2  # in light and in dark
    for pair in pairs:
        words, ground = (found[0] for one in pair if (found := read_colour(one)))
        for colour in (words, ground):
            assert colour.red == colour.green == colour.blue
        assert contrast(words, ground) >= 7


@pytest.mark.parametrize(
    ("words", "whole"),
    [
        ("put it right", "Put it right."),
        ("did you mean reader.city?", "Did you mean reader.city?"),
        ("write title: …", "Write title: …"),
        ("save it again.", "Save it again."),
        ("", ""),
    ],
)
def test_a_sentence_ends_once(words: str, whole: str) -> None:
    assert sentence(words) == whole
