"""This module holds a campaign back, until it is resumed."""

import click

from newsletter.cli.campaigns import which
from newsletter.cli.draining import confirming
from newsletter.cli.outcome import Sent, say_counts
from newsletter.cli.person import write_down
from newsletter.cli.project import json_option, open_project, practice_option, said_to_be_practice
from newsletter.cli.wording import as_json, moment
from newsletter.delivery import KEPT_SECONDS, held_since
from newsletter.delivery import pause as hold_back


@click.command(short_help="Hold a campaign back until it is resumed.")
@click.argument("number", type=int, required=False)
@practice_option
@json_option
def pause(number: int | None, practice: bool, json: bool) -> None:
    """Hold back campaign NUMBER (without one, the newest): nothing more is posted, and what has not left waits."""
    project = open_project(practice=practice, no_key="refuse")
    with said_to_be_practice(project), project.store() as store, project.account() as account:
        found = which(store, number)
        write_down(store, found.id, "paused")
        with confirming(f"pause {found.id}", account, project.settings.zone):
            counts = hold_back(store, found.id, account, project.settings.sending)
        waiting = held_since(store, found.id)
        if json:
            as_json({"campaign": found.id, "counts": Sent(found.id, counts).as_dict()})
        else:
            say_counts(Sent(found.id, counts))
        if waiting:
            until = moment(min(waiting) + KEPT_SECONDS, project.settings.zone)
            project.advise(
                f"Paused. SendGrid keeps the mail until {until}. Next: newsletter resume {found.id}, or "
                f"newsletter undo {found.id}"
            )
        else:
            project.advise(
                f"Nothing more is posted, and nothing waits at SendGrid. Next: newsletter resume {found.id}"
            )
