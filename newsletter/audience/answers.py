"""This module reads an answer as people and forms write it: yes, no, a day, a tick, or a sentence that begins so."""

import re

from newsletter.audience.days import is_day
from newsletter.audience.names import tidy
from newsletter.audience.tools import plain

YES = frozenset(
    "yes y true 1 x on optin optedin agreed accepted checked ja oui si sí subscribed".split()
)
NO = frozenset(
    "no n false 0 off optout optedout declined unchecked nein non rejected notset null none unsubscribed".split()
)

LEFT = frozenset("optout optedout declined rejected unsubscribed".split())
"""What is more than a no: somebody was asked, and left."""
PLAIN_NO = LEFT | frozenset("no none never false nein non nothanks nothankyou".split())
STILL_THERE = NO - LEFT | frozenset("never na subscribed active optin optedin".split())
"""What a column that tells who left or bounced says of somebody who did not."""

TICKS = frozenset("✓✔☑✅")
MARKS = TICKS | frozenset("✗✘☒❌×")
"""What somebody sets who means: this one."""
REFUSING = re.compile(r"(?:no|nope|never|not|none|nein|non|please (?:do not|don't|no))\b")
AGREEING = re.compile(
    r"(?:yes|yep|yeah|ok|okay|sure|please|of course|i(?:'d|'m| am| would| do| want| wish| agree| accept| consent)"
    r"|sign me up|(?:add|keep|email|send|subscribe) me|ja|oui|s[ií])\b"
)
"""How a sentence begins that says yes, as long as no other word of it takes that back."""
TAKING_BACK = re.compile(r"\b(?:not|never|don't|no longer|unsubscribe|remove|stop|nicht|ne)\b")


def answer(words: str) -> str:
    """What *words* say: yes, no, left (more than a no), or nothing where that is unclear."""
    short = plain(words)
    if short in LEFT:
        return "left"
    if short in YES or is_day(words):
        return "yes"
    if is_nothing(words) or short in NO:
        return "no"
    return _sentence(" ".join(words.casefold().replace("\u2019", "'").split()))


def is_nothing(words: str, marks: frozenset[str] = TICKS) -> bool:
    """Whether *words* only say that there is nothing: a dash, an empty box or brackets, none of the *marks*."""
    word = tidy(words)
    return not word or (plain(word) == "" and marks.isdisjoint(word))


def _sentence(words: str) -> str:
    if not TICKS.isdisjoint(words):
        return "yes"
    if REFUSING.match(words):
        return "no"
    if TAKING_BACK.search(words):
        return "yes" if words.startswith("yes") else "no"
    return "yes" if AGREEING.match(words) else ""
