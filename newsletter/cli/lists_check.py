"""This module says which addresses look doubtful, and who never opens."""

import time
from collections.abc import Sequence
from dataclasses import asdict

import click

from newsletter.audience import LARGEST_FAMILY
from newsletter.audience.domains import UNKNOWN, asker
from newsletter.audience.hygiene import Hygiene, hygiene
from newsletter.cli.progress import busy
from newsletter.cli.project import (
    Project,
    json_option,
    open_project,
    practice_option,
    said_to_be_practice,
)
from newsletter.cli.wording import (
    MOST_SHOWN,
    as_json,
    people,
    result,
    several,
    table,
    the_first,
)

ALL = "--json has them all"


@click.command("check", short_help="Say which addresses look doubtful, and who never opens.")
@click.option("--offline", is_flag=True, help="Do not ask the DNS whether domains take mail.")
@practice_option
@json_option
def lists_check(offline: bool, practice: bool, json: bool) -> None:
    """Say which addresses look like typing errors, belong to a role or a throw-away service, or take no mail.

    Nothing is changed: you decide.
    """
    project = open_project(practice=practice)
    ask = (lambda domain: UNKNOWN) if offline or project.local else asker()
    with said_to_be_practice(project), project.store() as store:
        with busy("Looking at every address"), store.read() as connection:
            found = hygiene(connection, ask, now=int(time.time()))
        if json:
            as_json(asdict(found))
        else:
            say_hygiene(found, project)


def say_hygiene(found: Hygiene, project: Project) -> None:
    """Doubtful addresses, domains, and who is asleep."""
    rows = [(doubt.address, doubt.why, f"{doubt.list}:{doubt.line}") for doubt in found.doubts]
    if rows:
        result(table(("address", "why", "row"), rows[:MOST_SHOWN]))
        if len(rows) > MOST_SHOWN:
            result(f"... and {len(rows) - MOST_SHOWN:,} more; {ALL}")
    result(f"{len(rows):,} of {people(found.people)} look doubtful; nothing was changed.")
    say_shared(found, project.settings.lists.family)
    if found.not_verified:
        result(
            f"{found.not_verified:,} of {several(found.domains, 'domain')} not verified: the DNS was not asked or did not answer."
        )
    if found.asleep is None:
        result(
            "Who never opens is not known: no open or click has come home yet; docs/site.md says how."
        )
    elif found.asleep:
        result(f"{people(found.asleep)} got five letters or more in a year and opened none.")
        project.advise(
            'Ask them once whether they want to stay: newsletter send ARTICLE --audience "everyone who never opened, except signed up in the last 6 months". Who does not answer: newsletter lists suppress FILE'
        )


GREETED = {"neither": "it greets nobody by name", "both": "it greets them all by first name"}


def say_shared(found: Hygiene, family: str) -> None:
    """Families at one address and whom a letter greets, and addresses that may be one person's twice."""
    greeted = f'{GREETED[family]} ([lists] family = "{family}" in newsletter.toml)'
    for what, each in (
        (f"Shared addresses; one letter goes to each, and {greeted}", found.families),
        (
            "Addresses that differ by dots alone, which Gmail takes for one; both are mailed",
            found.twins,
        ),
    ):
        if each:
            result(f"{what}: {len(each):,}")
        for line in the_first([*map(said_of, each)], ALL):
            result(f"  {line}")


def said_of(one: Sequence[str | Sequence[str]]) -> str:
    """An address with its names, or addresses, in a line."""
    return ", ".join(part if isinstance(part, str) else _names(part) for part in one)


def _names(names: Sequence[str]) -> str:
    if len(names) <= LARGEST_FAMILY:
        return " and ".join(names)
    return (
        f"more than {LARGEST_FAMILY} names: no family, it seems, but written where there was no address; "
        "a letter greets none of them, and whoever has the address gets it"
    )
