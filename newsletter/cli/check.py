"""This module says what is wrong with an edition before it is sent."""

from collections.abc import Sequence
from pathlib import Path

import click

from newsletter.checks import Finding, errors, refused
from newsletter.checks.probes import Scope
from newsletter.cli.findings import (
    OFFLINE,
    PRACTICE,
    QUICK,
    as_dict,
    find,
    say_findings,
    say_sum,
    survey_readers,
)
from newsletter.cli.letters import audience_option, compose_article, goes_to_lists, readers
from newsletter.cli.progress import busy
from newsletter.cli.project import Project, ProjectFile, json_option, open_project, practice_option
from newsletter.cli.wording import as_json, note, result, to_type
from newsletter.errors import NewsletterError, Problems


class NotReady(NewsletterError):
    """Errors were found; they are on the screen already."""


@click.command(short_help="Say what is wrong with an edition before it is sent.")
@click.argument("article", type=ProjectFile())
@audience_option
@practice_option
@click.option("--offline", is_flag=True, help="Ask nothing of the network: no links, no records.")
@click.option("--quick", is_flag=True, help="Look at the letter itself only, in a moment.")
@click.option("--who", is_flag=True, help="Name the readers that a finding concerns.")
@json_option
def check(
    article: Path,
    practice: bool,
    offline: bool,
    quick: bool,
    who: bool,
    json: bool,
    audience: str | None,
) -> None:
    """Check ARTICLE: law, health claims, links, accessibility, size, spam score, words, lists.

    Errors keep it from being sent. What could not be asked is said to be not verified. docs/checks.md
    has all rules, and how an edition accepts a warning.
    """
    project = open_project(practice=practice)
    with busy("Checking the letter"):
        found = _find(project, article, audience, _scope(project, offline=offline, quick=quick))
    if json:
        as_json([as_dict(finding, who=who) for finding in found])
    else:
        if found:
            result(say_findings(found, who=who))
        note(say_sum(found))
    if errors(found):
        raise NotReady(f"{article} cannot be sent yet; put the errors right and check again")
    if goes_to_lists(project, article):
        project.advise(f"Next: {to_type('send', article, audience)}")
    else:
        project.advise(f"Next: {to_type('test', article, audience)} --to YOUR-ADDRESS")


def _scope(project: Project, *, offline: bool, quick: bool) -> Scope:
    if quick:
        return QUICK
    if offline:
        return OFFLINE
    return PRACTICE if project.practice else Scope()


def _find(project: Project, article: Path, audience: str | None, scope: Scope) -> Sequence[Finding]:
    try:
        composed = compose_article(project, article, audience)
        with project.store() as store, store.read() as connection:
            surveyed = survey_readers(connection, composed, readers(project, connection, composed))
        return find(project, composed, surveyed, scope=scope)
    except Problems as error:
        return refused(error.problems)
