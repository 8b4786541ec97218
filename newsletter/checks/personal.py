"""This module finds the links that hold a value of the reader: nobody's name is given away by trying them."""

import html
import re
from collections.abc import Mapping

from newsletter.checks.page import Page
from newsletter.letter import Letter, Reader, fill


def personal_links(letter: Letter, reader: Reader) -> Mapping[str, str]:
    """Each link that differs from reader to reader, and the part of it that is the same for everybody."""
    personal = letter.personalise(reader)
    if not personal.substitutions:
        return {}
    hole = re.compile("|".join(map(re.escape, personal.substitutions)))
    return {
        html.unescape(fill(link.href, personal.substitutions)): f"{link.href[: match.start()]}…"
        for link in Page(letter.variant(personal.variant).html).links
        if (match := hole.search(link.href))
    }
