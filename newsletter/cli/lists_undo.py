"""This module takes the last merge of lists back."""

import time
from dataclasses import asdict

import click

from newsletter.audience.undo import last_merge, undo_merge
from newsletter.cli.progress import busy
from newsletter.cli.project import json_option, open_project, practice_option, said_to_be_practice
from newsletter.cli.wording import as_json, moment, people, result
from newsletter.errors import NewsletterError


@click.command("undo", short_help="Take the last merge back.")
@practice_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def lists_undo(practice: bool, yes: bool, json: bool) -> None:
    """Take the last merge of lists back whole: everybody is as before, but whoever left since stays out.

    Its files are remembered: the next send does not merge them again.
    """
    project = open_project(practice=practice)
    with said_to_be_practice(project), project.store() as store:
        with store.read() as connection:
            number, at, files = last_merge(connection)
        question = (
            f"Take back the merge of {', '.join(files)} ({moment(at, project.settings.zone)})?"
        )
        if not yes and not click.confirm(question, default=True, err=True):
            raise NewsletterError("nothing was taken back")
        with busy("Taking the merge back"):
            undone = undo_merge(store, number, now=int(time.time()))
        if json:
            as_json(asdict(undone))
        else:
            result(f"Taken back: {', '.join(undone.files)}.")
            result(f"Gone again: {people(undone.gone)}. As before: {people(undone.restored)}.")
            if undone.raised:
                result(
                    f"{people(undone.raised)} of whom only this said that they left or bounced: subscribed again."
                )
            if undone.kept:
                result(
                    f"{people(undone.kept)} got mail since: the address stays, not mailed, so that their link to leave works."
                )
        project.advise(
            "These files are not merged again until they change, or you type newsletter lists import FILE."
        )
