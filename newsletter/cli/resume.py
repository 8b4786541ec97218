"""This module lets a paused campaign go on."""

import click

from newsletter.campaign import Summary
from newsletter.cli.campaigns import which
from newsletter.cli.draining import confirming, draining
from newsletter.cli.outcome import Sent, finished, say_counts
from newsletter.cli.person import write_down
from newsletter.cli.progress import shown
from newsletter.cli.project import (
    Project,
    json_option,
    open_project,
    practice_option,
    said_to_be_practice,
)
from newsletter.cli.wording import as_json, moment, people, several, to_type
from newsletter.delivery import Account, Manner, dispatch, held_since, to_come
from newsletter.delivery import resume as go_on
from newsletter.errors import NewsletterError
from newsletter.store import Store


@click.command(short_help="Let a paused campaign go on.")
@click.argument("number", type=int, required=False)
@practice_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def resume(number: int | None, practice: bool, yes: bool, json: bool) -> None:
    """Let campaign NUMBER (without one, the newest) go on; what is past its time leaves at once."""
    project = open_project(practice=practice, no_key="refuse")
    with said_to_be_practice(project), project.store() as store, project.account() as account:
        found = which(store, number)
        _ask(project, store, account, found, yes=yes)
        write_down(store, found.id, "resumed")
        with confirming(f"resume {found.id}", account, project.settings.zone):
            go_on(store, found.id, account, project.settings.sending)
        with shown() as progress, draining() as going:
            counts = dispatch(store, found.id, account, project.settings, Manner(progress, going))
        if json:
            as_json({"campaign": found.id, "counts": Sent(found.id, counts).as_dict()})
        else:
            say_counts(Sent(found.id, counts))
        if counts.expired:
            project.advise(
                "SendGrid threw away what waited for more than three days. "
                f"Next: {to_type('send', found.edition, found.audience)} reaches those people"
            )
        else:
            project.advise(f"Next: newsletter status {found.id}")
        finished(counts)


def _ask(project: Project, store: Store, account: Account, found: Summary, *, yes: bool) -> None:
    """What is past its time leaves the moment it goes on, or as soon as it can: a person says so."""
    now = account.now(fresh=True)
    late = [since for since in held_since(store, found.id) if since <= now]
    coming = to_come(store, found, project.settings)
    told = []
    if late:
        told.append(
            f"The time of {several(len(late), 'wave')} has passed: that mail leaves at once and cannot be taken back."
        )
    if coming and coming.is_missed(now):
        told.append(
            f"{people(found.counts.pending)} should have had theirs from {moment(coming.first, project.settings.zone)} "
            "on: what goes now leaves in about half an hour."
        )
    if told and not yes and not click.confirm(" ".join([*told, "Go on?"]), err=True):
        raise NewsletterError("it stays paused")
