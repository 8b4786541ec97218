"""This module plans a campaign: all that is known before anything is frozen."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from newsletter.audience import Audience, Merge, time_zones
from newsletter.campaign import Times, earlier_campaigns, summary, unfinished
from newsletter.checks import Finding, Survey
from newsletter.checks.probes import Scope
from newsletter.cli.findings import LOCAL_SEND, as_dict, find, survey_readers
from newsletter.cli.leaving import Leaving, leaving_facts, plan_leaving, set_aside
from newsletter.cli.letters import Composed, compose_article, counted, new_readers
from newsletter.cli.lists import merge_new
from newsletter.cli.outcome import Sent
from newsletter.cli.progress import busy
from newsletter.cli.project import Project
from newsletter.cli.times import Wish, read_times
from newsletter.cli.wording import facts, people, several, to_type
from newsletter.delivery import Account, download_suppressions
from newsletter.delivery.examine import refuse_missing_group
from newsletter.store import Store

MOST_AT_ONCE = 1000


@dataclass(frozen=True)
class Plan:
    """What a send would do."""

    composed: Composed
    merge: Merge
    audience: Audience
    survey: Survey
    findings: tuple[Finding, ...]
    leaving: Leaving

    @property
    def times(self) -> Times:
        return self.leaving.times

    @property
    def recipients(self) -> int:
        """Who would get it: whoever may, and has not got it yet."""
        return self.survey.readers

    @property
    def already(self) -> int:
        return self.audience.recipients - self.survey.readers


def make_plan(
    project: Project,
    store: Store,
    account: Account,
    article: Path,
    wish: Wish,
    audience: str | None = None,
) -> Plan:
    """Merge new lists, read SendGrid's suppressions, compose and check; nothing is frozen.

    Raises Problems for article, templates and lists, NewsletterError for an edition that changed
    after it went out.
    """
    read_times(wish, project.settings, account.now())  # a slip of the pen merges nothing
    refuse_missing_group(account, project.settings.sendgrid.group)
    composed = compose_article(project, article, audience)
    with store.read() as connection:
        earlier_campaigns(connection, composed.edition)
        if audience is None:
            composed = composed.meant_for(
                _audience_to_go_on(connection, composed.edition.id, account.now())
            )
    merge = merge_new(project, store)
    now = int(time.time())
    download_suppressions(store, account, project.settings.sendgrid.group, now=now)
    with busy("Making the letter for every reader"), store.read() as connection:
        chosen = counted(project, connection, composed.edition)
        zones = time_zones(connection)
        surveyed = survey_readers(connection, composed, new_readers(project, connection, composed))
    readers, current = surveyed.survey.readers, account.now()
    times = read_times(wish, project.settings, current, zones)
    leaving = plan_leaving(current, readers, times, project.settings, zones)
    scope = LOCAL_SEND if project.local else Scope()
    with busy("Checking the letter"):
        findings = find(
            project, composed, surveyed, scope=scope, leaves_at=leaving.schedule.send_at
        )
    return Plan(composed, merge, chosen, surveyed.survey, tuple(findings), leaving)


def _audience_to_go_on(connection: Connection, edition_id: str, now: int) -> str | None:
    """Whom the campaign was for that a send goes on with: its people are no others when nobody says so again."""
    waiting = unfinished(connection, edition_id, now)
    return summary(connection, waiting[0]).audience if waiting else None


def say_plan(plan: Plan, project: Project) -> str:
    """The plan as a person reads it."""
    sender = project.settings.sender
    shown: dict[str, Any] = {
        "Edition": f"{plan.composed.edition.title} ({plan.composed.edition.name})",
        "Subject": _subject(plan),
        "From": f"{sender.name} <{sender.email}>",
        **_audience(plan),
    }
    for why, number in plan.audience.left_out.items():
        shown[f"Left out: {why}"] = f"{number:,}"
    shown["Versions"] = (
        f"{len(plan.survey.variants):,}, in {several(_requests(plan.survey.variants), 'request')}"
    )
    leaving = leaving_facts(plan.leaving, project.settings)
    shown |= {name: project.advice(words) for name, words in leaving.items()}
    if project.settings.sending.approval:
        shown["Approval"] = project.advice("a second person must agree: newsletter approve")
    if not project.settings.clinic.postal_address.strip():
        shown["Postal address"] = "not set; without it nothing is sent for real (CAN-SPAM)"
    return facts(shown)


def waiting_for(sent: Sent, plan: Plan) -> str | None:
    """What must happen before the rest of a campaign is handed over."""
    if not sent.counts.pending:
        return None
    if sent.paused:
        return f"Campaign {sent.campaign_id} is paused. Next: newsletter resume {sent.campaign_id}"
    if not sent.approved:
        return (
            f"Campaign {sent.campaign_id} waits for a second person: newsletter approve {sent.campaign_id}, then "
            f"{to_type('send', plan.composed.edition.name)}"
        )
    return (
        f"{people(sent.counts.pending)} are handed over nearer to their time (SendGrid keeps mail for three days): "
        "keep newsletter worker running until then"
    )


def _subject(plan: Plan) -> str:
    """The subject as one of the readers sees it."""
    written = plan.composed.edition.subject
    if not plan.survey.examples:
        return written
    shown = plan.composed.letter.personalise(plan.survey.examples[0]).subject
    return shown if shown == written else f"{shown} (for one of them)"


def _audience(plan: Plan) -> dict[str, str]:
    """Who gets it; where some have it already, who may get it at all stands above."""
    lists = plan.audience.by_list
    several_lists = sum(lists.values()) > plan.audience.recipients
    words = {"Audience": plan.audience.words} if plan.audience.words else {}
    shown = {
        **words,
        "May get it" if plan.already else "To": people(plan.audience.recipients)
        + (", some of them on several lists" if several_lists else ""),
        **{f"  on {name}": f"{number:,}" for name, number in lists.items()},
    }
    if plan.already:
        shown |= {"Have it already": people(plan.already), "To": people(plan.recipients)}
    return shown


def _requests(variants: Mapping[int, int]) -> int:
    return sum(-(-number // MOST_AT_ONCE) for number in variants.values())


def plan_as_dict(plan: Plan, project: Project) -> dict[str, Any]:
    """The plan for another program."""
    return {
        "edition": plan.composed.edition.name,
        "edition_id": plan.composed.edition.id,
        "subject": plan.composed.edition.subject,
        "sender": project.settings.sender.email,
        "recipients": plan.recipients,
        "have_it_already": plan.already,
        "audience": plan.audience.words,
        "by_list": dict(plan.audience.by_list),
        "left_out": dict(plan.audience.left_out),
        "variants": list(plan.survey.variants.values()),
        "send_at": plan.leaving.schedule.send_at,
        "last_send_at": plan.leaving.last,
        "waits_until": plan.leaving.waits_until,
        "set_aside": set_aside(plan.times, project.settings.sending),
        "undo_until": plan.leaving.schedule.undo_until,
        "findings": [as_dict(finding) for finding in plan.findings],
    }
