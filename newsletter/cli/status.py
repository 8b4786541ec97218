"""This module shows how far a campaign is."""

from dataclasses import asdict

import click

from newsletter.cli.campaigns import state, which
from newsletter.cli.outcome import Sent, finished, say_counts
from newsletter.cli.project import json_option, open_project, practice_option, said_to_be_practice
from newsletter.cli.wording import as_json, facts, moment, note, result
from newsletter.delivery import undo_until


@click.command(short_help="Show how far a campaign is.")
@click.argument("number", type=int, required=False)
@practice_option
@json_option
def status(number: int | None, practice: bool, json: bool) -> None:
    """Show how far campaign NUMBER is (without one, the newest), and until when it can be undone."""
    project = open_project(practice=practice)
    with said_to_be_practice(project), project.store() as store:
        found = which(store, number)
        sent = Sent(found.id, found.counts)
        if json:
            as_json({**asdict(found), "counts": sent.as_dict(), "state": state(found)})
        else:
            shown = {"Edition": f"{found.title} ({found.edition})", "State": state(found)}
            if found.stop_reason:
                shown["Because"] = found.stop_reason
            if found.send_at is not None:
                shown["Leaves"] = moment(found.send_at, project.settings.zone)
                shown["Undo until"] = moment(undo_until(found.send_at), project.settings.zone)
            result(facts(shown))
            say_counts(sent)
        if found.counts.pending and found.stop != "undo":
            note(f"Next: newsletter send {found.edition} goes on")
    finished(found.counts)
