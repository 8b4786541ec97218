"""This module sends what has its time, as long as it runs."""

import time
from collections.abc import Callable, Sequence

import click

from newsletter.campaign import Summary, summaries
from newsletter.cli.draining import draining
from newsletter.cli.project import Project, open_project, practice_option, said_to_be_practice
from newsletter.cli.wording import moment, note, people
from newsletter.delivery import Account, Manner, dispatch, due_at
from newsletter.errors import NewsletterError
from newsletter.store import Store

GLANCE = 5.0


@click.command(short_help="Send what has its time, day and night.")
@practice_option
@click.option("--once", is_flag=True, help="Send what has its time now, and end.")
def worker(practice: bool, once: bool) -> None:
    """Send scheduled campaigns when their time has come, and go on with unfinished ones.

    On PostgreSQL any number of workers on any number of computers share the work. Ctrl-C ends it after
    what is on its way.
    """
    project = open_project(practice=practice, no_key="refuse")
    with said_to_be_practice(project), project.store() as store, project.account() as account:
        note("Working. Ctrl-C ends it after what is on its way.")
        with draining() as going:
            while going():
                for found in _due(project, store, account):
                    if going():
                        _work(project, store, account, found, Manner(going=going, by_person=False))
                if once:
                    return
                _rest(going)


def _due(project: Project, store: Store, account: Account) -> Sequence[Summary]:
    """The campaigns that something can be done for now, oldest first; none where SendGrid does not tell its time."""
    with store.read() as connection:
        found = [one for one in summaries(connection) if one.stop is None]
    unfinished = [
        one for one in reversed(found) if one.counts.pending or one.fencing or one.doubted_until
    ]
    if not unfinished:
        return ()
    try:
        now = account.now(fresh=project.local)  # a sandbox's clock may have been moved
    except NewsletterError as error:
        note(f"{_clock(project)}: {error}")
        return ()
    return [one for one in unfinished if _is_due(project, store, one, now)]


def _is_due(project: Project, store: Store, one: Summary, now: int) -> bool:
    due = due_at(store, one.id, project.settings) if one.counts.pending else None
    waiting_for_others = bool(one.counts.pending) and due is None
    return (due is not None and due <= now) or waiting_for_others or one.is_in_doubt(now)


def _work(project: Project, store: Store, account: Account, found: Summary, manner: Manner) -> None:
    """Go on with one campaign; what is wrong with it keeps no other from going on."""
    when = _clock(project)
    try:
        counts = dispatch(store, found.id, account, project.settings, manner)
    except NewsletterError as error:
        note(f"{when}: campaign {found.id}: {error}")
        return
    if counts != found.counts:
        note(
            f"{when}: campaign {found.id}: {people(counts.accepted)} handed over, {counts.pending:,} pending, "
            f"{counts.unknown:,} unknown"
        )


def _clock(project: Project) -> str:
    return moment(int(time.time()), project.settings.zone)


def _rest(going: Callable[[], bool]) -> None:
    until = time.monotonic() + GLANCE
    while going() and time.monotonic() < until:
        time.sleep(0.2)
