"""This module shows how far a campaign is."""

import time
from dataclasses import asdict

import click

from newsletter.campaign import Summary, summary
from newsletter.cli.campaigns import state, which
from newsletter.cli.outcome import Sent, finished, say_counts, say_tally
from newsletter.cli.project import json_option, open_project, practice_option, said_to_be_practice
from newsletter.cli.wording import as_json, facts, moment, note, result
from newsletter.delivery import undo_until
from newsletter.feedback import settle_unknown_by_events, tally
from newsletter.store import Store


@click.command(short_help="Show how far a campaign is.")
@click.argument("number", type=int, required=False)
@practice_option
@json_option
def status(number: int | None, practice: bool, json: bool) -> None:
    """Show how far campaign NUMBER is (without one, the newest), and until when it can be undone."""
    project = open_project(practice=practice)
    with said_to_be_practice(project), project.store() as store:
        found = _settled(store, which(store, number))
        sent = Sent(found.id, found.counts)
        with store.read() as connection:
            told = tally(connection, found.id)
        if json:
            counted = {"counts": sent.as_dict(), "told": {**asdict(told), "got_it": told.got_it}}
            as_json({**asdict(found), **counted, "state": state(found)})
        else:
            shown = {"Edition": f"{found.title} ({found.edition})", "State": state(found)}
            if found.stop_reason:
                shown["Because"] = found.stop_reason
            if found.send_at is not None:
                shown["Leaves"] = moment(found.send_at, project.settings.zone)
                shown["Undo until"] = moment(undo_until(found.send_at), project.settings.zone)
            result(facts(shown))
            say_counts(sent)
            say_tally(told)
        if found.counts.pending and found.stop != "undo":
            note(f"Next: newsletter send {found.edition} goes on")
    finished(found.counts)


def _settled(store: Store, found: Summary) -> Summary:
    """The campaign after its unknown requests were held against what SendGrid told."""
    if not found.counts.unknown:
        return found
    with store.write() as connection:
        settle_unknown_by_events(connection, found.id, now=int(time.time()))
        return summary(connection, found.id)
