"""This module sends an edition: plan, ask, freeze, dispatch, report."""

import time
from pathlib import Path

import click

from newsletter.audience import people as chosen
from newsletter.campaign import Counts, Frozen, Times, freeze, unfinished
from newsletter.checks import errors
from newsletter.cli.check import NotReady
from newsletter.cli.lists import say_merge
from newsletter.cli.moments import read_moment
from newsletter.cli.outcome import Sent, finished, say_counts
from newsletter.cli.plan import Plan, make_plan, plan_as_dict, say_plan
from newsletter.cli.progress import shown
from newsletter.cli.project import (
    Project,
    json_option,
    open_project,
    practice_option,
    said_to_be_practice,
)
from newsletter.cli.wording import as_json, moment, note, people, result
from newsletter.delivery import Account, Manner, TooEarly, dispatch, envelope
from newsletter.errors import NewsletterError
from newsletter.store import Store


@click.command(short_help="Send an edition to everybody who wants it.")
@click.argument("article", type=click.Path(path_type=Path))
@practice_option
@click.option("--dry-run", is_flag=True, help="Show the plan and stop.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--at",
    "when",
    help='When it leaves, as "Tuesday 10:00" or 2026-11-24T10:00 (the clinic\'s time).',
)
@json_option
def send(
    article: Path, practice: bool, dry_run: bool, yes: bool, when: str | None, json: bool
) -> None:
    """Merge new lists, check ARTICLE, show the plan, ask, and hand the campaign to SendGrid.

    The mail leaves about half an hour later; until shortly before, newsletter undo takes it back.
    Sending the same edition again reaches only people who are new.
    """
    project = open_project(practice=practice, no_key="refuse" if yes else "ask")
    with said_to_be_practice(project), project.store() as store, project.account() as account:
        asked = read_moment(when, account.now(), project.settings.zone) if when else None
        plan = _plan(project, store, account, article, asked)
        if not json:
            say_merge(plan.merge)
        waiting = _waiting(store, plan.composed.edition.id)
        if not plan.recipients and waiting is None:
            _nobody_new(plan, project, json)
            return
        if not json:
            result(say_plan(plan, project))
        _refuse_errors(plan, article, json)
        if dry_run:
            if json:
                as_json({"plan": plan_as_dict(plan, project)})
            note(f"Nothing was sent. Next: newsletter send {article}")
            return
        if not yes:
            _ask(plan, waiting)
        sent = _send(project, store, account, plan, waiting, asked)
        _report(project, plan, sent, json)
    finished(sent.counts)


def _plan(
    project: Project, store: Store, account: Account, article: Path, asked: int | None
) -> Plan:
    try:
        return make_plan(project, store, account, article, asked)
    except TooEarly as error:
        earliest = moment(error.earliest, project.settings.zone)
        raise NewsletterError(
            f"--at is too early: the earliest time that leaves room for undo is {earliest}"
        ) from error


def _refuse_errors(plan: Plan, article: Path, json: bool) -> None:
    if not json:
        for finding in plan.findings:
            note(str(finding))
    wrong = errors(plan.findings)
    if wrong:
        told = "\n".join(map(str, wrong)) if json else "put the errors above right"
        raise NotReady(f"{article} cannot be sent yet: {told}, then type the same command again")


def _waiting(store: Store, edition_id: str) -> int | None:
    with store.read() as connection:
        return unfinished(connection, edition_id)


def _nobody_new(plan: Plan, project: Project, json: bool) -> None:
    name = plan.composed.edition.name
    if json:
        as_json({"plan": plan_as_dict(plan, project), "campaign": None})
    elif plan.already:
        result(f"{name}: everybody who wants it has it already; nobody is new, nothing was sent.")
    else:
        result(f"{name}: nobody may be mailed; newsletter lists says why.")


def _ask(plan: Plan, waiting: int | None) -> None:
    if waiting is not None:
        question = (
            f"Campaign {waiting} is not finished. Go on, and send to {people(plan.recipients)} new?"
        )
        if not click.confirm(question, err=True):
            raise NewsletterError("nothing was sent")
        return
    typed = click.prompt(
        f"Type the number of recipients ({plan.recipients}) to send",
        default="",
        show_default=False,
        err=True,
    )
    if typed.replace(",", "").strip() != str(plan.recipients):
        raise NewsletterError("nothing was sent: that was not the number of recipients")


def _send(
    project: Project,
    store: Store,
    account: Account,
    plan: Plan,
    waiting: int | None,
    asked: int | None,
) -> Sent:
    if waiting is not None:
        note(f"Going on with campaign {waiting}.")
        counts = _dispatch(project, store, account, waiting)
        if not plan.recipients:
            return Sent(waiting, counts)
    frozen = _freeze(project, store, plan, asked)
    if frozen.campaign_id is None:  # another send froze everybody a moment ago: follow it
        return Sent(frozen.earlier[-1], _dispatch(project, store, account, frozen.earlier[-1]))
    return Sent(frozen.campaign_id, _dispatch(project, store, account, frozen.campaign_id))


def _freeze(project: Project, store: Store, plan: Plan, asked: int | None) -> Frozen:
    composed = plan.composed
    return freeze(
        store,
        composed.edition,
        composed.letter,
        lambda connection: chosen(connection, composed.edition.audience, samples=project.local),
        envelope(project.settings, composed.edition),
        times=Times(int(time.time()), project.settings.sending.undo_minutes * 60, asked),
        links=composed.links,
    )


def _dispatch(project: Project, store: Store, account: Account, campaign_id: int) -> Counts:
    with shown() as progress:
        return dispatch(store, campaign_id, account, project.settings, Manner(progress))


def _report(project: Project, plan: Plan, sent: Sent, json: bool) -> None:
    if json:
        as_json(
            {
                "plan": plan_as_dict(plan, project),
                "campaign": sent.campaign_id,
                "counts": sent.as_dict(),
            }
        )
    else:
        result()
        say_counts(sent)
    option = " --practice" if project.practice else ""
    note(f"To take it back: newsletter undo {sent.campaign_id}{option}")
    if project.practice:
        note(
            "The mails wait in the sandbox for their time. To let them leave now: newsletter sandbox skip 1h"
        )
    note(f"Next: newsletter report {sent.campaign_id}{option} says who got it")
