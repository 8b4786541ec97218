"""This module composes the letter a command speaks of, and reads the people it may go to."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import click
from sqlalchemy import Connection

from newsletter.audience import Audience, Subscriber, choose, people
from newsletter.audience.no_segment import NoSegment
from newsletter.campaign import as_family, new_people, own_links, reader_of
from newsletter.cli.project import Project
from newsletter.config import SendGrid, Settings
from newsletter.delivery import unsubscribe_tag
from newsletter.edition import Edition, Unsound, load_edition
from newsletter.errors import NewsletterError, Problem, Problems
from newsletter.letter import Letter, Reader, compose
from newsletter.links import Links, links_secret

SYSTEM = Path("content") / "system"
"""Articles that are mailed one by one, when somebody asks for them."""


@dataclass(frozen=True)
class Composed:
    """An edition, its letter, and what makes the readers' links; *confirm_url* is a sample, to look at."""

    edition: Edition
    letter: Letter
    links: Links | None
    confirm_url: str = ""
    audience: str | None = None
    """What took the place of the article's own words for its people; None where nothing did."""

    def meant_for(self, audience: str | None) -> "Composed":
        """The same letter for the people that *audience* names; as it is where that is None."""
        if audience is None:
            return self
        lines = {key: line for key, line in self.edition.lines.items() if key != "audience"}
        words = (audience,) if audience.strip() else ()
        edition = replace(self.edition, audience=words, lines=lines)
        return replace(self, edition=edition, audience=audience)

    def nobody(self) -> str:
        """An unsubscribe link that is rightly signed and speaks of nobody; empty without a site."""
        return self.links.unsubscribe(0, 0) if self.links else ""

    def stranger(self) -> Reader:
        """A reader of whom nothing is known."""
        return Reader(**own_links(0, self.links, 0), confirm_url=self.confirm_url)


def compose_article(project: Project, article: Path, audience: str | None = None) -> Composed:
    """Load and compose; *audience* takes the place of the article's own.

    Raises Problems with everything that is wrong with the article.
    """
    try:
        edition = load_edition(article, project.root)
    except Unsound as wrong:
        raise Problems([*wrong.problems, *_wrong_below(wrong, project)]) from wrong
    tag = unsubscribe_tag(project.settings)
    letter = compose(edition, project.settings, unsubscribe_tag=tag)
    confirm_url = sample_confirm_url(project, article)
    return Composed(edition, letter, site_links(project), confirm_url).meant_for(audience)


def _wrong_below(wrong: Unsound, project: Project) -> list[Problem]:
    """What else is wrong with an article, in lines of which nothing was said yet, as far as it can be seen now."""
    told = {problem.line for problem in wrong.problems}
    try:
        compose(wrong.edition, project.settings, unsubscribe_tag=unsubscribe_tag(project.settings))
    except NewsletterError as error:
        others = error.problems if isinstance(error, Problems) else ()
        return [problem for problem in others if problem.line not in told]
    return []


def site_links(project: Project) -> Links | None:
    """The maker of links to the clinic's own site, where it has one.

    A store's own links are signed otherwise than another's: reader 7 of practice, or of another account, is somebody
    else, and must not leave because of them.
    """
    return links_of(project.settings, practice=project.practice)


def links_of(settings: Settings, *, practice: bool) -> Links | None:
    """The same, of practice or in earnest."""
    if not settings.site.url:
        return None
    secret, store = links_secret(settings.root), settings.store_name(practice=practice)
    return Links(settings.site.url, secret if store == SendGrid().account else f"{store} {secret}")


def goes_to_lists(project: Project, article: Path) -> bool:
    """Whether *article* is for lists, and not a mail that one person asks for."""
    return article.resolve().parent != (project.root / SYSTEM).resolve()


def sample_confirm_url(project: Project, article: Path) -> str:
    """A link that confirms nothing, to look at a mail that asks for it; empty for articles that go to lists."""
    if goes_to_lists(project, article):
        return ""
    site = project.settings.site.url or project.settings.clinic.url
    return f"{site.rstrip('/')}/c/sample"


@dataclass(frozen=True)
class Addressee:
    """Somebody the letter may go to, and what it knows of them."""

    id: int
    address: str
    reader: Reader


def counted(project: Project, connection: Connection, edition: Edition) -> Audience:
    """How many the edition may go to, and why others are left out."""
    with _in_the_article(edition):
        return choose(connection, edition.audience, samples=project.local, today=project.today)


def everybody(project: Project, connection: Connection, edition: Edition) -> Iterator[Subscriber]:
    """Everybody the edition may go to, families called as newsletter.toml says."""
    both = project.settings.lists.family == "both"
    found = people(connection, edition.audience, samples=project.local, today=project.today)
    with _in_the_article(edition):
        for person in found:
            yield as_family(person, edition.language) if both else person


@contextmanager
def _in_the_article(edition: Edition) -> Iterator[None]:
    """Where the article's own words for its audience cannot be understood, name their line."""
    try:
        yield
    except NoSegment as wrong:
        line = edition.lines.get("audience")
        if line is None:  # the words are those of --audience
            raise
        raise Problems([Problem(edition.name, line, wrong.what, wrong.cure)]) from wrong


def readers(project: Project, connection: Connection, composed: Composed) -> Iterator[Addressee]:
    """Everybody the letter may go to, as it knows them; to look at, not to be mailed."""
    for person in everybody(project, connection, composed.edition):
        one = _addressee(person, composed)
        yield replace(one, reader=replace(one.reader, confirm_url=composed.confirm_url))


def new_readers(
    project: Project, connection: Connection, composed: Composed
) -> Iterator[Addressee]:
    """Those of them who have not got this edition yet."""
    found = everybody(project, connection, composed.edition)
    for chunk in new_people(connection, composed.edition.id, found):
        yield from (_addressee(person, composed) for person in chunk)


def _addressee(person: Subscriber, composed: Composed) -> Addressee:
    return Addressee(person.id, person.address, reader_of(person, composed.links, 0))


def extremes(
    project: Project, connection: Connection, composed: Composed
) -> list[tuple[str, Reader]]:
    """One reader of each version, the longest name, and a stranger: who shows what could go wrong."""
    found: dict[str, Reader] = {}
    longest = ""
    for reader in (one.reader for one in readers(project, connection, composed)):
        number = composed.letter.personalise(reader).variant
        found.setdefault(f"version {number + 1}", reader)
        if len(reader.first_name) > len(longest):
            longest = reader.first_name
            found["longest name"] = reader
    found["nothing known"] = composed.stranger()
    return list(found.items())


Command = TypeVar("Command", bound=Callable[..., Any])


def audience_option(command: Command) -> Command:
    """The choice of people, on every command that speaks of an edition's readers."""
    return click.option(
        "--audience",
        metavar="WORDS",
        help='Whom it goes to, in place of the article\'s own, as "in Gretna, except tagged staff".',
    )(command)
