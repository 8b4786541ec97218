"""This module lets a second person agree to a campaign."""

import time

import click

from newsletter.campaign import Summary, approved
from newsletter.campaign import approve as agree
from newsletter.cli.campaigns import which
from newsletter.cli.person import person
from newsletter.cli.project import Project, open_project, practice_option, said_to_be_practice
from newsletter.cli.wording import facts, people, result, to_type
from newsletter.errors import NewsletterError


@click.command(short_help="Agree to a campaign that a colleague prepared.")
@click.argument("number", type=int, required=False)
@practice_option
@click.option("--as", "name", help="Your name, where two people share a computer.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def approve(number: int | None, practice: bool, name: str | None, yes: bool) -> None:
    """Agree to campaign NUMBER (without one, the newest): to exactly its letter and exactly its people.

    Look at it first: newsletter preview shows the letter, newsletter report the people.
    """
    project = open_project(practice=practice, no_key="refuse")
    with said_to_be_practice(project), project.store() as store:
        found = which(store, number)
        with store.read() as connection:
            if approved(connection, found.id):
                raise NewsletterError(f"campaign {found.id} needs no approval, or has it already")
        _ask(project, found, yes=yes)
        with store.write() as connection:
            agree(connection, found.id, name or person(), int(time.time()))
        result(f"Campaign {found.id} is approved by {name or person()}.")
        project.advise(f"Next: {to_type('send', found.edition)}")


def _ask(project: Project, found: Summary, *, yes: bool) -> None:
    shown = {
        "Edition": f"{found.title} ({found.edition})",
        "To": people(found.counts.frozen),
        "Letter": found.letter_digest[:12],
        "People": found.audience_digest[:12],
    }
    result(facts(shown))
    project.advise(
        f"Look at it first: {to_type('preview', found.edition)}, newsletter report {found.id}"
    )
    if not yes and not click.confirm(f"Approve campaign {found.id}?", err=True):
        raise NewsletterError("nothing was approved")
