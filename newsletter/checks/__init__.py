"""This room says what must hold before a letter is sent."""

from newsletter.checks.draft import Draft
from newsletter.checks.finding import Finding, errors
from newsletter.checks.rules import RULES, check
from newsletter.checks.survey import Survey, survey

__all__ = ["RULES", "Draft", "Finding", "Survey", "check", "errors", "survey"]
