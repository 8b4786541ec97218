"""This module says where everything about an address comes from."""

from collections.abc import Iterator
from dataclasses import asdict

import click

from newsletter.audience.explain import Person, Said, explain
from newsletter.cli.project import (
    Project,
    json_option,
    open_project,
    practice_option,
    said_to_be_practice,
)
from newsletter.cli.wording import as_json, facts, moment, result, table, the_first


@click.command("explain", short_help="Say where everything about an address comes from.")
@click.argument("address")
@practice_option
@json_option
def lists_explain(address: str, practice: bool, json: bool) -> None:
    """Say what is known of ADDRESS, which row of which list said so, and what others said instead."""
    project = open_project(practice=practice)
    with said_to_be_practice(project), project.store() as store:
        with store.read() as connection:
            person = explain(connection, address)
        if json:
            as_json(asdict(person))
        else:
            say_person(person, project)


def say_person(person: Person, project: Project) -> None:
    """A person, each fact with its row."""
    result(f"{person.address}: {f'not mailed, {person.why}' if person.why else 'may be mailed'}")
    result()
    result(
        table(
            ("what", "value", "from", "day"), [row for said in person.facts for row in _lines(said)]
        )
    )
    if person.proof:
        said = {
            "Consent": person.proof["how"],
            "Wording": person.proof["wording"],
            "Given": person.proof["given"],
        }
        result()
        result(facts({what: word for what, word in said.items() if word}))
    for head, told in _histories(person, project):
        if told:
            result()
            result("\n  ".join([f"{head}:", *the_first(told, "--json has them all")]))


def _histories(person: Person, project: Project) -> Iterator[tuple[str, list[str]]]:
    zone = project.settings.zone
    yield (
        "Rows",
        [f"{path}:{line}, merged {moment(at, zone)}" for _list, path, line, at in person.rows],
    )
    yield (
        "Not mailed",
        [f"{why}: {origin}, {moment(at, zone)}" for why, origin, at in person.suppressions],
    )
    changes = [
        f"{moment(entry.at, zone)}: {entry.field} was {entry.was or 'empty'}, became {entry.now or 'empty'}"
        for entry in person.changes
    ]
    yield "Changes", changes


def _lines(said: Said) -> list[tuple[str, str, str, str]]:
    where = f"{said.list}:{said.line}" if said.list else "no list"
    first = (said.field.replace("_", " "), said.value, where, said.day.partition("T")[0])
    return [
        first,
        *(
            ("  instead", other.value, f"{other.list}:{other.line}", other.day.partition("T")[0])
            for other in said.instead
        ),
    ]
