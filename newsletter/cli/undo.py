"""This module takes a campaign back."""

import click

from newsletter.cli.campaigns import which
from newsletter.cli.draining import confirming
from newsletter.cli.outcome import Sent, finished, say_counts
from newsletter.cli.person import write_down
from newsletter.cli.project import json_option, open_project, practice_option, said_to_be_practice
from newsletter.cli.wording import as_json, people, to_type
from newsletter.delivery import refuse_too_late
from newsletter.delivery import undo as take_back
from newsletter.errors import NewsletterError


@click.command(short_help="Take a campaign back while there is time.")
@click.argument("number", type=int, required=False)
@practice_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def undo(number: int | None, practice: bool, yes: bool, json: bool) -> None:
    """Take back campaign NUMBER (without one, the newest); afterwards the edition may be sent again."""
    project = open_project(practice=practice, no_key="refuse")
    with said_to_be_practice(project), project.store() as store, project.account() as account:
        found = which(store, number)
        refuse_too_late(store, found.id, account)
        question = (
            f"Take back campaign {found.id}, “{found.title}”, from {people(found.counts.frozen)}?"
        )
        if not yes and not click.confirm(question, default=True, err=True):
            raise NewsletterError("nothing was taken back")
        write_down(store, found.id, "undo asked for")
        with confirming(f"undo {found.id}", account, project.settings.zone):
            undone = take_back(store, found.id, account, project.settings.sending)
        sent = Sent(found.id, undone.counts)
        if json:
            as_json({"campaign": found.id, "complete": undone.complete, "counts": sent.as_dict()})
        else:
            say_counts(sent)
        if undone.complete:
            project.advise(
                f"Taken back. Next: change {found.edition} if you like, then "
                f"{to_type('send', found.edition, found.audience)}"
            )
        else:
            project.advise(
                f"The mail of {people(undone.left)} has left; newsletter report {found.id} says whose"
            )
        finished(undone.counts)
