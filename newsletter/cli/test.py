"""This module sends tests of an edition to one address."""

from pathlib import Path

import click

from newsletter.audience import read_address
from newsletter.cli.letters import audience_option, compose_article, extremes, goes_to_lists
from newsletter.cli.lists import merge_new
from newsletter.cli.project import ProjectFile, open_project, practice_option, said_to_be_practice
from newsletter.cli.wording import result, several, to_type
from newsletter.delivery import post_trial
from newsletter.errors import NewsletterError


@click.command(short_help="Send a test of an edition to one address.")
@click.argument("article", type=ProjectFile())
@click.option("--to", "address", required=True, help="Where the tests go.")
@audience_option
@practice_option
def test(article: Path, address: str, practice: bool, audience: str | None) -> None:
    """Send ARTICLE to one address: every version, the longest name and a reader of whom nothing is known."""
    try:
        to = read_address(address).address
    except ValueError as error:
        raise NewsletterError(f"--to: {error}; write name@domain") from error
    project = open_project(practice=practice, no_key="ask")
    with said_to_be_practice(project), project.store() as store, project.account() as account:
        composed = compose_article(project, article, audience)
        merge_new(project, store)
        with store.read() as connection:
            kinds = extremes(project, connection, composed)
        for name, reader in kinds:
            view = composed.letter.view(reader)
            post_trial(
                account,
                project.settings,
                composed.letter,
                view,
                to,
                unsubscribe_url=reader.unsubscribe_url,
            )
            result(f"Sent: {name}, “{view.subject}”")
        lists = goes_to_lists(project, article)
        onward = (
            f"Next: {to_type('send', article, audience)}" if lists else "This mail goes to no list."
        )
        project.advise(f"{several(len(kinds), 'test')} went to {to}. {onward}")
