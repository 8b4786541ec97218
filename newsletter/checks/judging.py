"""This module runs the rules over drafts, and lets an edition accept findings with a reason."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from newsletter.checks.draft import Draft
from newsletter.checks.evidence import Hole
from newsletter.checks.finding import ERROR, NOT_VERIFIED, Finding, in_order
from newsletter.checks.registry import RULES
from newsletter.edition import Edition
from newsletter.errors import Problem

NEVER_WAIVED = "legal/"


def check(draft: Draft) -> list[Finding]:
    """Everything the rules find in one draft, errors first; what the edition accepts carries the reason."""
    return check_all([draft])


def check_all(drafts: Sequence[Draft]) -> list[Finding]:
    """The findings of several versions of one letter, each once; their evidence, which is the same, is judged once."""
    first = drafts[0]
    found = [finding for rule in RULES.values() for finding in rule.judge(first)]
    for draft in drafts[1:]:
        found += [f for rule in RULES.values() if not rule.needs for f in rule.judge(draft)]
    return in_order([*_waived(first.edition, found), *_wrong_waivers(first.edition)])


def refused(problems: Iterable[Problem], holes: Iterable[Hole] = ()) -> list[Finding]:
    """The findings where a letter could not be composed, or not for every reader."""
    rules = (RULES["tpl/mjml"], RULES["edition/article"])
    found = [f for rule in rules for f in rule.findings(rule.look(None, tuple(problems)), "")]
    missing = RULES["tpl/missing-value"]
    found += missing.findings(missing.look(None, tuple(holes)), "")
    return in_order(found)


def _waived(edition: Edition, found: Iterable[Finding]) -> Iterator[Finding]:
    for finding in found:
        reason = edition.allow.get(finding.rule, "")
        may = not finding.rule.startswith(NEVER_WAIVED) and finding.severity != NOT_VERIFIED
        yield replace(finding, waived=reason) if reason and may else finding


def _wrong_waivers(edition: Edition) -> Iterator[Finding]:
    line = edition.lines.get("allow")
    for name, reason in edition.allow.items():
        if name.startswith(NEVER_WAIVED):
            sentence, cure = f"allow: {name} is the law and cannot be waived", "take the line away"
        elif name not in RULES:
            sentence, cure = f"allow: there is no rule {name}", "see docs/checks.md for the names"
        elif not reason.strip():
            sentence, cure = f"allow: {name} has no reason", f"write {name}: why it is right here"
        else:
            continue
        yield Finding("edition/article", ERROR, sentence, cure, edition.name, line)
