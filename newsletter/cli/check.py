"""This module says what is wrong with an edition before it is sent."""

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import click

from newsletter.checks import Draft, Finding, errors, survey
from newsletter.checks import check as find
from newsletter.cli.letters import Composed, audience_option, compose_article, extremes, readers
from newsletter.cli.project import Project, json_option, open_project, practice_option
from newsletter.cli.wording import as_json, note, result, several
from newsletter.errors import NewsletterError
from newsletter.letter import Reader


class NotReady(NewsletterError):
    """Errors were found; they are on the screen already."""


@click.command(short_help="Say what is wrong with an edition before it is sent.")
@click.argument("article", type=click.Path(path_type=Path))
@audience_option
@practice_option
@json_option
def check(article: Path, practice: bool, json: bool, audience: str | None) -> None:
    """Check ARTICLE: law, names, links, size, words. Errors keep it from being sent."""
    project = open_project(practice=practice)
    composed = compose_article(project, article, audience)
    with project.store() as store, store.read() as connection:
        surveyed = survey(composed.letter, readers(project, connection, composed))
        found = list(surveyed.findings) or judge(
            project, composed, (reader for _, reader in extremes(project, connection, composed))
        )
    if json:
        as_json([asdict(finding) for finding in found])
    else:
        for finding in found:
            result(str(finding))
        note(
            f"{several(len(errors(found)), 'error')}, {several(len(found) - len(errors(found)), 'other finding')}."
        )
    if errors(found):
        raise NotReady(f"{article} cannot be sent yet; put the errors right and check again")
    note(f"Next: newsletter send {article}")


def judge(project: Project, composed: Composed, some: Iterable[Reader]) -> list[Finding]:
    """What the rules say of the letter, as each of *some* readers gets it; each finding once."""
    found: dict[Finding, None] = {}
    for reader in some:
        view = composed.letter.view(reader)
        for finding in find(
            Draft(composed.edition, project.settings, view, real=not project.local)
        ):
            found.setdefault(finding)
    return list(found)
