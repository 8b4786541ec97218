"""This module says how many people an audience in plain words means."""

from dataclasses import asdict

import click

from newsletter.audience import choose
from newsletter.cli.progress import busy
from newsletter.cli.project import json_option, open_project, practice_option, said_to_be_practice
from newsletter.cli.wording import as_json, people, result


@click.command("count", short_help="Say how many people an audience in plain words means.")
@click.argument("words", nargs=-1, required=True)
@practice_option
@json_option
def lists_count(words: tuple[str, ...], practice: bool, json: bool) -> None:
    """Say who WORDS mean and how many of them may be mailed.

    \b
    website, front-desk              whoever is on one of these lists, or has one of these tags
    in Gretna and tagged running     a city and a tag
    clicked in the last 3 editions   opened, clicked, got; never opened
    signed up since 2026-01-01       before, after, on; in the last 3 months
    10 %                             a sample, the same people each time
    in Gretna, except staff          everything but
    docs/lists.md says more.
    """
    project = open_project(practice=practice)
    with said_to_be_practice(project), project.store() as store:
        with busy("Counting"), store.read() as connection:
            audience = choose(
                connection, (" ".join(words),), samples=project.local, today=project.today
            )
        if json:
            as_json(asdict(audience))
            return
        told = f"{people(audience.recipients)} {audience.words}".rstrip()
        result(told.replace(" everybody, except", ", except", 1) + ".")
        for name, number in audience.by_list.items():
            result(f"  {number:,} of them on {name}")
        for why, number in audience.left_out.items():
            result(f"{people(number)} left out: {why}.")
