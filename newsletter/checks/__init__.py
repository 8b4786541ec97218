"""This room says what must hold before a letter is sent."""

from newsletter.checks.draft import Draft, draft_for, is_private, private_links
from newsletter.checks.evidence import Earlier, Evidence, Hole, People, Unverified
from newsletter.checks.finding import Finding, errors
from newsletter.checks.judging import check, check_all, refused
from newsletter.checks.page import Link, Page
from newsletter.checks.registry import RULES, WORLD, area, table
from newsletter.checks.rule import Rule
from newsletter.checks.size import weigh
from newsletter.checks.survey import Survey, survey

__all__ = [
    "RULES",
    "WORLD",
    "Draft",
    "Earlier",
    "Evidence",
    "Finding",
    "Hole",
    "Link",
    "Page",
    "People",
    "Rule",
    "Survey",
    "Unverified",
    "area",
    "check",
    "check_all",
    "draft_for",
    "errors",
    "is_private",
    "private_links",
    "refused",
    "survey",
    "table",
    "weigh",
]
