"""This module is the table of all rules."""

from collections.abc import Mapping

from newsletter.checks.rule import Rule
from newsletter.checks.rules import (
    accessibility,
    composing,
    health,
    inbox,
    legal,
    legibility,
    links,
    lists,
    programs,
    sending,
    text,
    weight,
)

AREAS: Mapping[str, str] = {
    "legal": "Law",
    "health": "Health",
    "edition": "Article",
    "mail": "Mail",
    "subject": "Subject",
    "preheader": "Preheader",
    "tpl": "Composing",
    "link": "Links",
    "a11y": "Accessibility",
    "size": "Size",
    "img": "Pictures",
    "css": "Mail programs",
    "html": "Mail programs",
    "list": "Lists",
    "send": "Sending",
    "text": "Words",
}
"""What the first half of an id means, in the order in which people read it."""

MODULES = (
    legal, health, composing, inbox, links, accessibility, legibility, weight, programs, lists, sending, text,
)  # fmt: skip

RULES: Mapping[str, Rule] = {
    value.id: value
    for module in MODULES
    for value in vars(module).values()
    if isinstance(value, Rule)
}


def area(rule: str) -> str:
    """The area that a rule belongs to, as people read it."""
    return AREAS[rule.partition("/")[0]]


def table() -> str:
    """All rules as a Markdown table, for docs/checks.md."""
    rows = ["| rule | what must hold | severity | who asks for it |", "|---|---|---|---|"]
    for name in dict.fromkeys(AREAS.values()):
        for rule in RULES.values():
            if area(rule.id) == name:
                note = " *" if rule.needs in WORLD else ""
                rows.append(
                    f"| `{rule.id}` | {rule.what} | {rule.severity}{note} | {rule.source} |"
                )
    return "\n".join(rows)


WORLD = frozenset("farewell exchanges reply_exchange records links spam axe spelling".split())
"""Evidence that needs the network or a program beside us; where that is missing a rule is not verified."""
