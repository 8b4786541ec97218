"""This module starts new articles: blank, or like an earlier edition."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Self

from newsletter.edition.front_matter import read_front_matter
from newsletter.edition.literal import as_entry, slug, without_jinja
from newsletter.edition.load import KNOWN
from newsletter.errors import NewsletterError, Problems

BLANKS = Path(__file__).parent / "blanks"
ARTICLE, OTHER = "article", "other"


@dataclass(frozen=True)
class Enclosed:
    """A picture that comes with a text; *name* is its path from the article's folder."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Draft:
    """A new article that is not yet written to disk; *notes* tell what was understood and what is left to do."""

    name: str
    text: str
    title: str
    notes: tuple[str, ...] = ()
    pictures: tuple[Enclosed, ...] = ()


@dataclass(frozen=True)
class Birth:
    """What makes an id permanent and unique: the day and a few random characters."""

    today: date
    suffix: str

    @classmethod
    def now(cls, zone: tzinfo) -> Self:
        """This day in *zone*, and new characters."""
        return cls(datetime.now(zone).date(), secrets.token_hex(2))

    def id(self, title: str) -> str:
        """The permanent id of an edition called *title*."""
        return f"{self.today.isoformat()}-{slug(title)}-{self.suffix}"


def blank_edition(title: str, birth: Birth, template: str = ARTICLE) -> Draft:
    """An article with a ready front matter and an example to write over, for one of the templates."""
    title = checked_title(title)
    blank = BLANKS / f"{template}.md"
    source = (blank if blank.is_file() else BLANKS / f"{OTHER}.md").read_text(encoding="utf-8")
    text = source.format(
        id=as_entry("id", birth.id(title)),
        title=as_entry("title", title),
        subject=as_entry("subject", without_jinja(title)),
        today=birth.today.isoformat(),
        template=template,
    )
    return Draft(file_name(title), text, title, ("write over what begins with TODO",))


def edition_like(path: Path, title: str, birth: Birth) -> Draft:
    """An article that keeps all of the edition in the file *path* but its id and title."""
    title = checked_title(title)
    try:
        source = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "this is no UTF-8 text"
        raise NewsletterError(f"{path}: {reason}; name an earlier article") from error
    source = re.sub("\r\n?", "\n", source)
    head, problems = read_front_matter(source, path.name)
    if problems:
        raise Problems(problems)
    changes = {"id": birth.id(title), "title": title}
    kept = [key for key in ("subject", "preheader", "reviewed_on", "date") if head.values.get(key)]
    notes = (f"as in {path.name}, look them over: {', '.join(kept)}",) if kept else ()
    return Draft(file_name(title), with_entries(source, changes, path.name), title, notes)


def with_template(draft: Draft, template: str) -> Draft:
    """*draft* as another kind of letter."""
    if template == ARTICLE:
        return draft
    return replace(draft, text=with_entries(draft.text, {"template": template}, draft.name))


def write_draft(draft: Draft, folder: Path) -> Path:
    """Write *draft* into *folder*; a file that is there already is never touched."""
    path = folder / draft.name
    folder.mkdir(parents=True, exist_ok=True)
    _refuse_to_overwrite(draft, folder)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(draft.text)
    except FileExistsError as error:
        raise NewsletterError(
            f"{folder.name}/{draft.name} is there already; give another title, or rename that file"
        ) from error
    for picture in draft.pictures:
        (folder / picture.name).parent.mkdir(exist_ok=True)
        (folder / picture.name).write_bytes(picture.content)
    return path


def _refuse_to_overwrite(draft: Draft, folder: Path) -> None:
    for picture in draft.pictures:
        there = folder / picture.name
        if there.exists() and there.read_bytes() != picture.content:
            raise NewsletterError(
                f"{folder.name}/{picture.name} is there already, and is another picture; "
                "give another title, or rename that file"
            )


def checked_title(title: str) -> str:
    """*title* on one line; raises NewsletterError where it says nothing."""
    words = " ".join("".join(c if c.isprintable() else " " for c in title).split())
    if not words:
        raise NewsletterError('the title is empty; type it in quotes: newsletter new "Title"')
    return words


def file_name(title: str) -> str:
    """The name of the article's file."""
    return f"{slug(title)}.md"


def with_entries(source: str, changes: Mapping[str, str], name: str) -> str:
    """*source* with some keys of its front matter changed or added; every other line stays."""
    head, _problems = read_front_matter(source, name)
    rows = source.split("\n")
    top = rows[: head.body_line - 2]
    starts = [*sorted(head.lines.values()), len(top) + 1]
    for key, value in changes.items():
        if key in head.lines:
            end = next(start for start in starts if start > head.lines[key])
            _replace(top, head.lines[key] - 1, end - 1, as_entry(key, value))
    added = [as_entry(key, value) for key, value in changes.items() if key not in head.lines]
    written = [row for row in top if row is not _GONE]
    return "\n".join([written[0], *added, *written[1:], *rows[head.body_line - 2 :]])


_GONE = "\0"


def _replace(rows: list[str], start: int, end: int, entry: str) -> None:
    """Put *entry* in the place of a key and the indented lines that belong to it."""
    rows[start] = entry
    for number in range(start + 1, end):
        if rows[number].startswith((" ", "\t", "- ")):
            rows[number] = _GONE


def unknown_as_comments(source: str, name: str) -> tuple[str, list[str]]:
    """*source* whose unknown keys became comments, and their names."""
    head, problems = read_front_matter(source, name)
    unknown = [key for key in head.lines if key not in KNOWN]
    problems = [p for p in problems if p.line not in {head.lines[key] for key in unknown}]
    if problems:
        raise Problems(problems)
    rows = source.split("\n")
    starts = [*sorted(head.lines.values()), head.body_line - 1]
    for key in unknown:
        end = next(start for start in starts if start > head.lines[key])
        for number in range(head.lines[key] - 1, end - 1):
            rows[number] = f"# {rows[number]}"
    return "\n".join(rows), unknown
