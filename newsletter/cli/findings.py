"""This module gathers what a check needs of the project, runs it, and says what it found."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from newsletter.audience import confirmed_people, list_sources, worded_people
from newsletter.campaign import sent_before
from newsletter.checks import (
    RULES,
    Draft,
    Earlier,
    Evidence,
    Finding,
    People,
    Survey,
    area,
    check_all,
    draft_for,
    errors,
    refused,
    survey,
)
from newsletter.checks.finding import NOT_VERIFIED
from newsletter.checks.probes import Scope, gather
from newsletter.cli.letters import Addressee, Composed
from newsletter.cli.project import Project
from newsletter.cli.wording import several
from newsletter.delivery import list_unsubscribe, unsubscribe_tag
from newsletter.letter import MergeProblem, Reader

PRACTICE = Scope(
    network=False, why="practice asks nothing of the network", cure="check again without --practice"
)
LOCAL_SEND = replace(
    PRACTICE,
    programs=False,
    why="only the letter itself was looked at",
    cure="newsletter check asks the rest",
)
OFFLINE = Scope(network=False)
QUICK = replace(LOCAL_SEND, cure="check again without --quick")
MOST_NAMED = 20


@dataclass(frozen=True)
class Surveyed:
    """What asking every reader told, what is known of these people, and what they got before."""

    survey: Survey
    people: People
    earlier: tuple[Earlier, ...]
    longest: Reader | None


def survey_readers(
    connection: Connection, composed: Composed, readers: Iterable[Addressee]
) -> Surveyed:
    """Run every expression for every reader, and look up their consent and earlier campaigns."""
    confirmed = confirmed_people(connection)
    worded = worded_people(connection) if composed.edition.is_promo else None
    unconfirmed: list[str] = []
    unworded = 0
    longest: Reader | None = None

    def noted() -> Iterable[tuple[str, Reader]]:
        nonlocal unworded, longest
        for one in readers:
            if not confirmed[one.id]:
                unconfirmed.append(one.address)
            if worded is not None:
                unworded += not worded[one.id]
            if len(one.reader.first_name) > len(longest.first_name if longest else ""):
                longest = one.reader
            yield one.address, one.reader

    surveyed = survey(composed.letter, noted())
    sources = list_sources(connection, composed.edition.audience)
    people = People(surveyed.addresses, tuple(unconfirmed), unworded, sources)
    return Surveyed(surveyed, people, sent_before(connection, composed.edition), longest)


def find(
    project: Project,
    composed: Composed,
    surveyed: Surveyed,
    *,
    scope: Scope,
    leaves_at: int | None = None,
) -> list[Finding]:
    """Everything the rules say of the letter, as each kind of reader gets it; takes as long as the network does."""
    holes = surveyed.survey.holes
    if holes and not surveyed.survey.examples:
        return refused((), holes)
    evidence = Evidence(
        holes=holes,
        people=surveyed.people,
        earlier=surveyed.earlier,
        leaves_at=leaves_at,
    )
    try:
        drafts = [_draft(project, composed, one, evidence) for one in _some(composed, surveyed)]
    except MergeProblem as error:  # nobody may be mailed yet, and a stranger's letter has a hole
        return refused([error.problem])
    scope = replace(scope, farewell_url=composed.nobody())
    known = gather(drafts, scope, datetime.now(UTC))
    return check_all([replace(draft, evidence=known) for draft in drafts])


def find_for(project: Project, composed: Composed, reader: Reader) -> list[Finding]:
    """What the rules say of the letter itself as one reader gets it, in a moment."""
    draft = _draft(project, composed, reader, Evidence())
    known = gather([draft], QUICK, datetime.now(UTC))
    return check_all([replace(draft, evidence=known)])


def _some(composed: Composed, surveyed: Surveyed) -> list[Reader]:
    """One reader of each version, most common first, and the longest name; a stranger where there is nobody."""
    some = [*surveyed.survey.examples] or [composed.stranger()]
    longest = surveyed.longest
    if longest is not None and longest not in some and not surveyed.survey.holes:
        some.append(longest)
    return some


def _draft(project: Project, composed: Composed, reader: Reader, evidence: Evidence) -> Draft:
    return draft_for(
        composed.letter,
        project.settings,
        reader,
        real=not project.local,
        headers=list_unsubscribe(reader.unsubscribe_url) if reader.unsubscribe_url else {},
        unsubscribe_tag=unsubscribe_tag(project.settings),
        evidence=evidence,
    )


def say_findings(findings: Sequence[Finding], *, who: bool = False) -> str:
    """The findings as a person reads them: by area, then what was not verified, then what was accepted."""
    areas: dict[str, list[str]] = defaultdict(list)
    accepted, silent = [], defaultdict(list)
    for finding in findings:
        if finding.waived:
            accepted.append(
                f"  {finding.where}: {finding.sentence} ({finding.rule})\n    accepted: {finding.waived}"
            )
        elif finding.severity == NOT_VERIFIED:
            silent[f"{finding.sentence}; {finding.cure}"].append(finding.rule)
        else:
            areas[area(finding.rule)].append(_said(finding, who=who))
    order = dict.fromkeys(area(rule) for rule in RULES)
    parts = [f"{name}\n" + "\n".join(areas[name]) for name in order if name in areas]
    if silent:
        rows = [f"  {', '.join(rules)}: {why}" for why, rules in silent.items()]
        parts.append("Not verified\n" + "\n".join(rows))
    if accepted:
        parts.append("Accepted in this edition\n" + "\n".join(accepted))
    return "\n\n".join(parts)


def _said(finding: Finding, *, who: bool) -> str:
    lines = [
        f"  {finding.severity}: {finding.where}: {finding.sentence}",
        f"    {finding.cure} ({finding.rule})",
    ]
    if who and finding.who:
        named = ", ".join(finding.who[:MOST_NAMED])
        rest = len(finding.who) - MOST_NAMED
        lines.append(f"    {named}{f' and {rest:,} more' if rest > 0 else ''}")
    return "\n".join(lines)


def say_sum(findings: Sequence[Finding]) -> str:
    """How many of each there are, in one sentence."""
    counted = [finding for finding in findings if not finding.waived]
    number = {
        severity: sum(finding.severity == severity for finding in counted)
        for severity in ("warning", "info", NOT_VERIFIED)
    }
    said = [several(len(errors(findings)), "error"), several(number["warning"], "warning")]
    if number["info"]:
        said.append(several(number["info"], "note"))
    if waived := len(findings) - len(counted):
        said.append(f"{waived:,} accepted")
    silent = number[NOT_VERIFIED]
    rest = f", {several(silent, 'rule')} not verified" if silent else ""
    return f"{', '.join(said)}; of {len(RULES):,} rules{rest}."


def as_dict(finding: Finding, *, who: bool = False) -> dict[str, Any]:
    """A finding for another program; addresses only where they were asked for."""
    shown = asdict(finding)
    shown["readers"] = len(finding.who)
    if not who:
        del shown["who"]
    return shown
