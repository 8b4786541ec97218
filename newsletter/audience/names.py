"""This module reads people's names: `Fontenot, Ada` is turned round, a title is left off, the rest is kept."""

import re
from html import unescape

TITLES = frozenset(
    "mr mrs ms miss mx dr prof professor sir madam rev reverend fr sr dra herr frau hr fr. m mme mlle monsieur madame".split()
)
"""What stands before a name and is no part of it, without its full stop."""

SUFFIXES = frozenset("jr sr ii iii iv md phd dpt pt do rn esq dds cpa".split())
"""What stands behind a name: `Fontenot, Jr.` is no first name."""

NOTHING = frozenset(
    {"-", "--", ".", "n/a", "N/A", "#N/A", "null", "NULL", "None", "nan", "NaN", "undefined"}
)
"""How exports write that there is no name; people called Null and Na exist, so the case counts."""

OF_SEVERAL = re.compile(r"\s(?:&|and|und|et|y)\s", re.IGNORECASE)


UNSEEN = re.compile("[\x00-\x1f\x7f-\xa0\xad\u200b\u200e\u200f\u2028-\u202e\u2060\ufeff]")
LONGEST = 200
ADDRESS = re.compile(r"\S+@\S+")


def tidy(words: str) -> str:
    """*words* with single blanks, `&amp;` as &, and nothing for what only says that there is nothing."""
    if "&" in words:  # as tools write it whose lists live on web pages
        words = unescape(words)
    if not words.isprintable():
        words = UNSEEN.sub(" ", words)
    words = " ".join(words.split())[:LONGEST]
    return "" if words in NOTHING else words


def first_name(words: str) -> str:
    """A first name without a title before it, unless the title is all there is."""
    words = _nameable(words)
    head, _, rest = words.partition(" ")
    return rest if rest and _bare(head) in TITLES else words


def split_name(words: str) -> tuple[str, str]:
    """First and last name; of two people (`Ada & Gus Fontenot`) the last name that they share."""
    words = _nameable(words).strip(",")
    parts = [part.strip() for part in words.split(",")]
    whole = [part for part in parts if _bare(part) not in SUFFIXES]
    if len(whole) > 1:
        return first_name(" ".join(whole[1:])), whole[0]
    words = words.replace(",", "")
    if OF_SEVERAL.search(words):
        firsts, _, last = words.rpartition(" ")
        several = OF_SEVERAL.split(words)
        return (words, "") if len(several[-1].split()) < 2 else (firsts, last)
    words = first_name(words)
    first, _, last = words.partition(" ")
    return first, last


def _nameable(words: str) -> str:
    """*words* without an address: `ada@example.com` is nobody's name."""
    words = tidy(words)
    return ADDRESS.sub("", words).strip() if "@" in words else words


def _bare(word: str) -> str:
    return word.casefold().replace(".", "").strip()
