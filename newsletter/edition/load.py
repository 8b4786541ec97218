"""This module loads an edition and says everything that is wrong with it at once."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from difflib import get_close_matches
from os.path import isdir, isfile
from pathlib import Path
from urllib.parse import unquote

from markdown_it import MarkdownIt

from newsletter.edition.edition import DETAILS, Edition
from newsletter.edition.front_matter import LITERAL, FrontMatter, read_front_matter
from newsletter.errors import Problem, Problems, wrong_name

REQUIRED = ("id", "title", "subject", "preheader")
EXCEPT = re.compile(r"\b(?:except|but)\b", re.IGNORECASE)
"""Of a list of audiences each excludes from itself alone."""
KNOWN = (*REQUIRED, "template", "language", "audience", "allow", *DETAILS)
LARGEST = 500_000
"""Bytes of an article; Gmail cuts a letter after 102,000."""
MOMENT = r"20\d\d-\d\d-\d\d(?: \d\d:\d\d)?"
SHAPES: Mapping[str, tuple[str, str]] = {
    "id": (r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", "write letters, digits and hyphens, as 2026-11-24-back-pain-k3f9"),
    "template": (r"[a-z][a-z0-9-]*", "write the name of a file in templates/email, as article"),
    "language": (r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*", "write a language tag, as en or es-MX"),
    "kind": (r"(?i:promo)", "write promo for an offer or advertisement, or leave the line out"),
    "release": (r"(?i:true|yes|false|no)", "write true when the patient agreed in writing, or leave the line out"),
    "starts": (MOMENT, "write a day and a time, as 2026-12-05 10:00, or the day alone"),
    "ends": (MOMENT, "write a day and a time, as 2026-12-05 12:30, or the day alone"),
}  # fmt: skip
DATES = ("date", "reviewed_on")
MOMENTS = ("starts", "ends")
UNSEEN = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
"""What nobody sees, as Word's line break: MJML stops at most of them."""
OF_ONE_FONT = re.compile("[\ue000-\uf8ff]")
"""Signs without a meaning of their own, as Word's bullets; two of them mark lines while a letter is rendered."""
MISSING = "put the file beside the article, or correct its name"
DECORATIVE = "{.decorative}"
"""What stands behind a picture that has nothing to tell."""


class Unsound(Problems):
    """Something is wrong in the front matter, or a picture is missing; *edition* is the rest, to look at that too."""

    def __init__(self, problems: Iterable[Problem], edition: Edition) -> None:
        super().__init__(problems)
        self.edition = edition


def load_edition(path: Path, root: Path) -> Edition:
    """The edition in the file *path* of the project *root*; raises Problems with file and line, Unsound where it can."""
    path, name = path.resolve(), _name(path, root)
    if nameless := wrong_name(name):
        raise Problems([nameless])
    content = _content(path, name)
    source = _text(content, name)
    head, problems = read_front_matter(source, name)
    if head.lines or not problems:
        problems += [
            *_wrong_keys(head, name),
            *_wrong_values(head, name),
            *_wrong_event(head, name),
            *_hero_without_words(head, name),
        ]
    is_empty = not head.body.strip()
    if head.lines and is_empty:
        problems.append(
            Problem(name, head.body_line, "the article is empty", "write it below the front matter")
        )
    told = {problem.line for problem in problems}
    problems += [problem for problem in _unseen(source, name) if problem.line not in told]
    pictures = dict(_pictures(head))
    problems += _missing_pictures(pictures, path, root, name)
    if problems and (is_empty or not head.lines):
        raise Problems(problems)
    if problems:
        raise Unsound(problems, _edition(path, name, _sound(head, problems), ""))
    shown = b"".join((path.parent / picture).read_bytes() for picture in sorted(pictures))
    return _edition(path, name, head, hashlib.sha256(content + shown).hexdigest())


def _sound(head: FrontMatter, problems: Sequence[Problem]) -> FrontMatter:
    """*head* without what is wrong in it, and with a word for whatever is missing."""
    wrong = {problem.line for problem in problems}
    values = {key: value for key, value in head.values.items() if head.lines[key] not in wrong}
    return replace(head, values={**dict.fromkeys(REQUIRED, "missing"), **values})


def find_editions(root: Path) -> list[Path]:
    """All articles of the project, in the order of their names."""
    return sorted((root / "content").glob("*.md"))


def _name(path: Path, root: Path) -> str:
    path, root = path.resolve(), root.resolve()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def _content(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        near = get_close_matches(path.name, [other.name for other in path.parent.glob("*.md")], n=1)
        cure = (
            f"did you mean {path.parent.name}/{near[0]}?"
            if near
            else "type the path of an article, as content/ARTICLE.md"
        )
        raise Problems([Problem(name, None, "there is no such file", cure)]) from error
    except IsADirectoryError as error:
        raise Problems(
            [Problem(name, None, "this is a folder", "name an article in it")]
        ) from error
    except PermissionError as error:
        raise Problems(
            [Problem(name, None, "it cannot be read", "give yourself permission to read it")]
        ) from error


def _text(content: bytes, name: str) -> str:
    if not content.strip():
        raise Problems(
            [
                Problem(
                    name, None, "the file is empty", 'start an article with newsletter new "Title"'
                )
            ]
        )
    if len(content) > LARGEST:
        what = f"{len(content) // 1000:,} KB are too much for an article"
        cure = "shorten it; pictures stand in files of their own beside it"
        raise Problems([Problem(name, None, what, cure)])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Problems(
            [
                Problem(
                    name, line, "this is no UTF-8 text", "save the article as UTF-8 text (Markdown)"
                )
            ]
        ) from error
    if "\0" in text:
        raise Problems([Problem(name, None, "this is no text file", "name an article in Markdown")])
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _unseen(source: str, name: str) -> Iterator[Problem]:
    """Signs that readers would see as a box, or not at all."""
    for line, row in enumerate(source.split("\n"), 1):
        if found := UNSEEN.search(row):
            what = f"there is a character that nobody can see, {_place(found)}"
            yield Problem(name, line, what, "delete it with the word before it, and type that anew")
        elif found := OF_ONE_FONT.search(row):
            what = f"there is a sign that readers see as an empty box, {_place(found)}"
            cure = "type it anew; a point of a list begins with - and a space"
            yield Problem(name, line, what, cure)


def _place(found: re.Match[str]) -> str:
    before = found.string[: found.start()].split()
    return f"after “{before[-1]}”" if before else "at the beginning"


def _wrong_keys(head: FrontMatter, name: str) -> Iterator[Problem]:
    for key, line in head.lines.items():
        if key not in KNOWN:
            near = get_close_matches(key, KNOWN, n=1)
            cure = f"did you mean {near[0]}?" if near else f"known are {', '.join(KNOWN)}"
            yield Problem(name, line, f"{key} is unknown", cure)
    for key in REQUIRED:
        if not head.values.get(key):
            cure = (
                f"write {key}: …"
                if key != "id"
                else "write id: and a name that never changes, as 2026-11-24-back-pain"
            )
            yield Problem(name, head.lines.get(key, 1), f"{key} is missing", cure)


def _wrong_values(head: FrontMatter, name: str) -> Iterator[Problem]:
    for key, value in head.values.items():
        line = head.lines[key]
        if (key == "allow") != isinstance(value, Mapping):
            cure = "write allow: and below it, two spaces in, a rule's name: why it is right here"
            yield Problem(name, line, f"{key} is not what it should be", cure)
        elif isinstance(value, Mapping):
            continue
        elif isinstance(value, tuple):
            if key != "audience":
                yield Problem(name, line, f"{key} is a list", f"write {key}: some text")
        elif key in LITERAL and "\n" in value:
            yield Problem(name, line, f"{key} has more than one line", "write it on one line")
        elif key in SHAPES and value and not re.fullmatch(SHAPES[key][0], value):
            yield Problem(name, line, f"{key}: {value} cannot be used", SHAPES[key][1])
        elif key in MOMENTS and value and not _is_moment(value):
            what, cure = (
                f"{key}: {value} is no time",
                "look at the calendar: month, day, hours, minutes",
            )
            yield Problem(name, line, what, cure)
        elif key in DATES and value and not _is_date(value):
            yield Problem(
                name,
                line,
                f"{key}: {value} is no date",
                f"write year-month-day, as {key}: 2026-11-24",
            )


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_moment(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _wrong_event(head: FrontMatter, name: str) -> Iterator[Problem]:
    """An event ends after it starts, and both are days or both are times."""
    starts, ends = (str(head.values.get(key, "")) for key in MOMENTS)
    line = head.lines.get("ends", 1)
    if not ends or not _is_moment(ends) or (starts and not _is_moment(starts)):
        return
    if not starts:
        yield Problem(name, line, "ends without starts", "write starts: too, as 2026-12-05 10:00")
    elif len(starts) != len(ends):
        what = "one of starts and ends has a time, the other has none"
        yield Problem(name, line, what, "write a time in both, or in neither")
    elif ends < starts:
        yield Problem(name, line, "it ends before it starts", "correct starts or ends")


def _hero_without_words(head: FrontMatter, name: str) -> Iterator[Problem]:
    """Like every picture of the article, the hero says what it shows, or that it is decoration (WCAG 1.1.1)."""
    hero = str(head.values.get("hero", ""))
    if hero and not hero.endswith(DECORATIVE) and not str(head.values.get("hero_alt", "")).strip():
        what = "the hero picture has no description"
        cure = f"write hero_alt: what it shows, or {DECORATIVE} behind the name of the file"
        yield Problem(name, head.lines["hero"], what, cure)


def _file(hero: str) -> str:
    """The file of the hero picture, without the mark of decoration."""
    return hero.removesuffix(DECORATIVE).rstrip()


def _pictures(head: FrontMatter) -> Iterator[tuple[str, int]]:
    hero = head.values.get("hero", "")
    if hero and isinstance(hero, str):
        yield _file(hero), head.lines["hero"]
    for block in MarkdownIt("commonmark").parse(head.body):
        line = head.body_line + (block.map[0] if block.map else 0)
        for part in block.children or []:
            line += part.type in {"softbreak", "hardbreak"}
            source = unquote(str(part.attrs.get("src", "")))
            if source and not re.match(r"data:|.*://", source) and "{" not in source:
                yield source, line


def _missing_pictures(
    pictures: Mapping[str, int], path: Path, root: Path, name: str
) -> Iterator[Problem]:
    for picture, line in pictures.items():
        file = (path.parent / picture).resolve()
        if not file.is_relative_to(root.resolve()):
            yield Problem(
                name,
                line,
                f"the picture {picture} lies outside the project",
                "copy it beside the article",
            )
        elif not isfile(file):  # noqa: PTH113  False also for a name that no file can have
            near = _near(picture, file.parent)
            cure = f"did you mean {near}?" if near else MISSING
            yield Problem(name, line, f"the picture {picture} is missing", cure)


def _near(picture: str, folder: Path) -> str:
    """The picture of *folder* that is spelt almost as *picture*, as IMG_1.JPG for img_1.jpg; or nothing."""
    files = folder.iterdir() if isdir(folder) else ()  # noqa: PTH112  as above
    there = {file.name.lower(): file.name for file in files}
    near = get_close_matches(Path(picture).name.lower(), there, n=1, cutoff=0.8)
    return Path(picture).with_name(there[near[0]]).as_posix() if near else ""


def _edition(path: Path, name: str, head: FrontMatter, digest: str) -> Edition:
    def words(key: str, default: str = "") -> str:
        value = head.values.get(key, "")
        if isinstance(value, str):
            return value or default
        return ", ".join(f"({one})" if EXCEPT.search(one) else one for one in value)

    allow = head.values.get("allow", {})

    return Edition(
        path=path,
        name=name,
        id=words("id"),
        title=words("title"),
        subject=words("subject"),
        preheader=words("preheader"),
        template=words("template", "article"),
        language=words("language", "en"),
        audience=tuple(entry.strip() for entry in words("audience").split(",") if entry.strip()),
        details={**{key: words(key) for key in DETAILS}, "hero": _file(words("hero"))},
        body=head.body,
        body_line=head.body_line,
        lines=dict(head.lines),
        digest=digest,
        allow=allow if isinstance(allow, Mapping) else {},
    )
