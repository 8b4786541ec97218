"""This room says what must hold before a letter is sent."""

from newsletter.checks.draft import Draft
from newsletter.checks.evidence import Earlier, Evidence, Hole, People, Unverified
from newsletter.checks.finding import Finding, errors
from newsletter.checks.judging import check, check_all, quick, refused
from newsletter.checks.personal import personal_links
from newsletter.checks.registry import RULES, WORLD, area, table
from newsletter.checks.rule import Rule
from newsletter.checks.survey import Survey, survey

__all__ = [
    "RULES",
    "WORLD",
    "Draft",
    "Earlier",
    "Evidence",
    "Finding",
    "Hole",
    "People",
    "Rule",
    "Survey",
    "Unverified",
    "area",
    "check",
    "check_all",
    "errors",
    "personal_links",
    "quick",
    "refused",
    "survey",
    "table",
]
