"""This module sends an edition: plan, ask, freeze, dispatch, report."""

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from newsletter.campaign import Frozen, approved, freeze, summaries, summary, unfinished
from newsletter.checks import errors
from newsletter.cli.check import NotReady
from newsletter.cli.draining import draining
from newsletter.cli.findings import say_findings
from newsletter.cli.going_on import refuse_missed, refuse_other_times, say_going_on
from newsletter.cli.letters import audience_option, everybody, goes_to_lists
from newsletter.cli.lists import say_merge
from newsletter.cli.outcome import Sent, finished, say_counts
from newsletter.cli.person import person, write_down
from newsletter.cli.plan import Plan, make_plan, plan_as_dict, say_plan, waiting_for
from newsletter.cli.progress import shown
from newsletter.cli.project import (
    Project,
    ProjectFile,
    json_option,
    open_project,
    practice_option,
    said_to_be_practice,
)
from newsletter.cli.times import Wish, time_options
from newsletter.cli.wording import as_json, moment, note, people, result, to_type
from newsletter.delivery import (
    Account,
    Manner,
    TooEarly,
    dispatch,
    envelope,
    refuse_unknown_traffic,
)
from newsletter.errors import NewsletterError
from newsletter.store import Store


@click.command(short_help="Send an edition to everybody who wants it.")
@click.argument("article", type=ProjectFile())
@practice_option
@click.option("--dry-run", is_flag=True, help="Show the plan and stop.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--anyway",
    is_flag=True,
    help="Send although SendGrid has mail of this edition that this computer does not know.",
)
@audience_option
@time_options
@json_option
def send(
    article: Path,
    practice: bool,
    dry_run: bool,
    yes: bool,
    anyway: bool,
    audience: str | None,
    json: bool,
    **when: Any,
) -> None:
    """Merge new lists, check ARTICLE, show the plan, ask, and hand the campaign to SendGrid.

    The mail leaves about half an hour later; until shortly before, newsletter undo takes it back.
    Sending the same edition again reaches only people who are new.
    """
    project = open_project(practice=practice, no_key="refuse" if yes else "ask")
    with said_to_be_practice(project), project.store() as store, project.account() as account:
        wish = Wish(**when)
        _refuse_system_mail(project, article)
        plan = _plan(project, store, account, article, wish, audience)
        if not json:
            say_merge(project, plan.merge)
        waiting = _waiting(store, account, plan.composed.edition.id)
        if not plan.recipients and waiting is None:
            _nobody_new(plan, project, json)
            _say_paused(plan, project, store)
            return
        if waiting is not None:
            refuse_other_times(waiting, wish)
        if not json:
            _say(project, store, account, plan, waiting)
        _refuse_errors(plan, article, json)
        if plan.recipients and not anyway:
            refuse_unknown_traffic(store, account, plan.composed.edition)
        if dry_run:
            if json:
                as_json({"plan": plan_as_dict(plan, project)})
            onward = to_type("send", article, audience, wish.options)
            project.advise(f"Nothing was sent. Next: {onward}")
            return
        if not yes:
            _ask(plan, waiting)
        with shown() as progress, draining() as going:
            agreed = None if yes else plan.recipients
            run = Run(project, store, account, Manner(progress, going), agreed)
            sent = _send(run, plan, waiting)
            ended = not going()
        _report(project, plan, sent, json, ended=ended)
        if ended and sent.counts.pending:
            raise NewsletterError(
                f"ended as you asked: nothing is on its way, {people(sent.counts.pending)} are still to be handed "
                f"over; {to_type('send', article)} goes on"
            )
        finished(sent.counts, settled_by=to_type("send", article) if sent.settling else None)


def _plan(
    project: Project,
    store: Store,
    account: Account,
    article: Path,
    wish: Wish,
    audience: str | None,
) -> Plan:
    try:
        return make_plan(project, store, account, article, wish, audience)
    except TooEarly as error:
        earliest = moment(error.earliest, project.settings.zone)
        option = "--at-local" if wish.at_local else "--at"
        raise NewsletterError(
            f"{option} is too early: the earliest time that leaves room for undo is {earliest}"
        ) from error


def _refuse_system_mail(project: Project, article: Path) -> None:
    if not goes_to_lists(project, article):
        raise NewsletterError(
            f"{article} is a mail for one person who asks for the letter, and goes to no list; to look at it, "
            f"{to_type('test', article)} --to YOUR-ADDRESS"
        )


def _refuse_errors(plan: Plan, article: Path, json: bool) -> None:
    if not json and plan.findings:
        note(say_findings(plan.findings))
    wrong = errors(plan.findings)
    if wrong:
        told = "\n".join(map(str, wrong)) if json else "put the errors above right"
        raise NotReady(f"{article} cannot be sent yet: {told}, then type the same command again")


def _say(project: Project, store: Store, account: Account, plan: Plan, waiting: int | None) -> None:
    """What a send would do, to whom it goes on with and to whoever is new."""
    if waiting is not None:
        result(say_going_on(project, store, account, waiting))
    if plan.recipients:
        result(say_plan(plan, project))


def _waiting(store: Store, account: Account, edition_id: str) -> int | None:
    """The campaign that a send goes on with: the oldest that is not finished."""
    now = account.now()
    with store.read() as connection:
        return next(iter(unfinished(connection, edition_id, now)), None)


def _nobody_new(plan: Plan, project: Project, json: bool) -> None:
    name = plan.composed.edition.name
    if json:
        as_json({"plan": plan_as_dict(plan, project), "campaign": None})
    elif plan.already:
        result(f"{name}: everybody who wants it has it already; nobody is new, nothing was sent.")
    else:
        result(f"{name}: nobody may be mailed.")
        project.advise("Next: newsletter lists says why")


def _say_paused(plan: Plan, project: Project, store: Store) -> None:
    """Which mail of the edition is only held: nobody gets it until somebody lets it go on."""
    with store.read() as connection:
        found = summaries(connection, plan.composed.edition.id)
    for one in found:
        if one.stop == "pause":
            project.advise(
                f"But campaign {one.id} is paused, and its mail is held. Next: newsletter resume {one.id}"
            )


def _ask(plan: Plan, waiting: int | None) -> None:
    """Whether to go on, and whether whoever is new may be mailed; raises NewsletterError for anything but a yes."""
    question = f"Campaign {waiting} is not finished. Go on?"
    if waiting is not None and not click.confirm(question, err=True):
        raise NewsletterError("nothing was sent")
    if not plan.recipients:
        return
    new = "new recipients" if waiting is not None else "recipients"
    typed = click.prompt(
        f"Type the number of {new} ({plan.recipients}) to send",
        default="",
        show_default=False,
        err=True,
    )
    if typed.replace(",", "").strip() != str(plan.recipients):
        raise NewsletterError(f"nothing was sent: that was not the number of {new}")


@dataclass(frozen=True)
class Run:
    """What a send works with."""

    project: Project
    store: Store
    account: Account
    manner: Manner
    agreed: int | None
    """How many new people the person who was asked agreed to; None where nobody was asked."""

    def dispatch(self, campaign_id: int) -> Sent:
        settings = self.project.settings
        counts = dispatch(self.store, campaign_id, self.account, settings, self.manner)
        with self.store.read() as connection:
            found = summary(connection, campaign_id)
            agreed = approved(connection, campaign_id)
        settling = found.is_settling(self.account.now())
        return Sent(campaign_id, counts, settling, found.stop == "pause", agreed)


def _send(run: Run, plan: Plan, waiting: int | None) -> Sent:
    if waiting is not None:
        if run.agreed is None:  # nobody was asked
            refuse_missed(run.project, run.store, run.account, waiting)
        note(f"Going on with campaign {waiting}.")
        write_down(run.store, waiting, "gone on with")
        sent = run.dispatch(waiting)
        if not plan.recipients or not run.manner.going():
            return sent
    frozen = _freeze(run, plan)
    if frozen.campaign_id is None and not frozen.earlier:
        raise NewsletterError("nobody is left to mail since the plan was made; nothing was sent")
    if frozen.campaign_id is None:  # another send froze everybody a moment ago: follow it
        return run.dispatch(frozen.earlier[-1])
    return run.dispatch(frozen.campaign_id)


def _freeze(run: Run, plan: Plan) -> Frozen:
    composed, settings = plan.composed, run.project.settings
    return freeze(
        run.store,
        composed.edition,
        composed.letter,
        lambda connection: everybody(run.project, connection, composed.edition),
        envelope(settings, composed.edition),
        times=replace(plan.times, now=int(time.time())),
        links=composed.links,
        audience=composed.audience,
        at_most=run.agreed,
        author=person(),
    )


def _report(project: Project, plan: Plan, sent: Sent, json: bool, *, ended: bool) -> None:
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
    waits = waiting_for(sent, plan)
    if waits and not ended:
        project.advise(waits)
    if not plan.times.at_once:
        project.advise(f"To take it back: newsletter undo {sent.campaign_id}")
    if project.practice and sent.counts.accepted and not plan.times.at_once:
        note(
            "The mails wait in the sandbox for their time. To let them leave now: newsletter sandbox skip 1h"
        )
    project.advise(f"Next: newsletter report {sent.campaign_id} says who got it")
