"""This module reads subscribers/<list>.toml: how the people of a list asked for the letter, and how to read it."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from newsletter.audience.place import list_name
from newsletter.errors import Problem
from newsletter.store import CONSENTS, STANDINGS
from newsletter.values import time_zones


@dataclass(frozen=True)
class Basis:
    """The basis of consent of a list; *wording* is what people agreed to. The rest corrects how it is read.

    *columns* says which heading holds what, *status* what a word in the status column means;
    *standing*, where it is said, holds for everybody on the list. *written* is the file that says all this.
    """

    consent: str = "none"
    source: str = ""
    wording: str = ""
    date: str = ""
    standing: str = ""
    tags: tuple[str, ...] = ()
    language: str = ""
    time_zone: str = ""
    precedence: int = 0
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    dates: str = ""
    several: str = "each"
    columns: Mapping[str, str] = field(default_factory=dict)
    status: Mapping[str, str] = field(default_factory=dict)
    written: bytes = b""


FIELDS = (
    "address first_name last_name name city language tags status agreed left bounced signed_up "
    "consent_at updated_at left_at time_zone origin"
).split()
"""What a column of a list may hold."""

MEANINGS = (*STANDINGS[:-1], "unconfirmed", "no consent")
"""What a status word may mean."""

FORBIDDEN = re.compile(
    r"\b(ehr|emr|patients?|medical records?|practice management)\b", re.IGNORECASE
)
APART = ("columns", "status", "written")
"""What is no key of [list]."""
DATES = ("month first", "day first")
SEVERAL = ("each", "first", "none")


def _is_encoding(value: Any) -> bool:
    try:
        "".encode(str(value))
    except (LookupError, ValueError):
        return False
    return True


def _one_of(*values: str) -> tuple[Callable[[Any], bool], str]:
    return lambda value: value in values, f"write one of {', '.join(values)}"


CHECKS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "consent": _one_of(*CONSENTS),
    "standing": _one_of(*STANDINGS[:-1]),
    "dates": _one_of(*DATES),
    "several": _one_of(*SEVERAL),
    "tags": (
        lambda value: isinstance(value, list) and all(isinstance(tag, str) for tag in value),
        'write tags = ["strength", "running"]',
    ),
    "language": (
        lambda value: bool(re.fullmatch(r"[a-z]{2}", str(value))),
        'write two letters, as language = "en"',
    ),
    "time_zone": (
        lambda value: value in time_zones(),
        'write a name such as time_zone = "America/Chicago"',
    ),
    "precedence": (
        lambda value: isinstance(value, int) and not isinstance(value, bool),
        "write a whole number; the list with the larger one wins where two disagree",
    ),
    "encoding": (_is_encoding, "write utf-8, utf-16, cp1252 (Windows), latin-1 or mac_roman"),
    "delimiter": (
        lambda value: isinstance(value, str) and len(value) == 1,
        'write one sign, as delimiter = ";"',
    ),
}
"""What a value has to be, and what to write instead."""


def basis_path(file: Path) -> Path:
    """Where the basis of the list in *file* stands: beside it, or for all of a folder or zip beside that."""
    whole = Path(str(file).partition("#")[0])
    own = whole.with_suffix(".toml")
    if not whole.parent.name:  # nothing stands beside the root of a disk
        return own
    above = whole.parent.with_suffix(".toml")
    return above if not own.is_file() and above.is_file() else own


def home_of(path: Path, belongs: str, root: Path) -> Path:
    """The file whose .toml is that of the list *belongs*: this one, one of the list's name, or an earlier export of it."""
    named = root / "subscribers" / f"{belongs}.csv"
    for file in (path, named):
        if basis_path(file).is_file():
            return file
    earlier = (
        file
        for file in sorted(path.parent.glob("*.toml"), reverse=True)
        if list_name(file, root) == belongs
    )
    return next((file for file in earlier if basis_path(file).is_file()), named)


def read_basis(file: Path, name: str) -> tuple[Basis, list[Problem]]:
    """The basis of the list in *file*, and what is wrong with it; without a file there is no consent."""
    path = basis_path(file)
    if not path.is_file():
        return Basis(), []
    name = str(Path(name.partition("#")[0]).parent / path.name)
    if path.stem == file.parent.name and path.parent == file.parent.parent:
        name = str(Path(name).parent.parent / path.name)
    try:
        written = path.read_bytes()
        source = written.decode("utf-8-sig")
        tables = tomllib.loads(source)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        line = int(found[1]) if (found := re.search(r"line (\d+)", str(error))) else None
        cure = 'write [list] and below it consent = "confirmed"'
        return Basis(), [Problem(name, line, "this cannot be read", cure)]
    basis, wrong = _basis(tables, source, name)
    return replace(basis, written=written), wrong


def _basis(tables: dict[str, Any], source: str, name: str) -> tuple[Basis, list[Problem]]:
    wrong = [
        Problem(name, _line(source, key), what, cure)
        for key, what, cure in (*_wrong_tables(tables), *_wrong_values(tables))
    ]
    if wrong:
        return Basis(), wrong
    values = {**tables.get("list", {})}
    for key, value in values.items():
        values[key] = (
            tuple(value) if key == "tags" else value if key == "precedence" else str(value)
        )
    return Basis(**values, columns=tables.get("columns", {}), status=tables.get("status", {})), []


def _line(source: str, key: str) -> int | None:
    rows = enumerate(source.splitlines(), 1)
    return next((n for n, row in rows if row.split("=")[0].strip(' \t"[]') == key), None)


OF_A_LIST = [entry.name for entry in fields(Basis) if entry.name not in APART]
"""What stands in [list]."""


def _wrong_tables(tables: dict[str, Any]) -> list[tuple[str, str, str]]:
    known = ("list", "columns", "status")
    wrong = [key for key, value in tables.items() if key not in known or type(value) is not dict]
    return [
        (key, f"{key} stands above [list]", "write [list] on a line above it")
        if key in OF_A_LIST
        else (key, f"{key} is unknown", "known are [list], [columns] and [status]")
        for key in wrong
    ]


def _wrong_values(tables: dict[str, Any]) -> list[tuple[str, str, str]]:
    def table(name: str) -> dict[str, Any]:
        value = tables.get(name, {})
        return value if isinstance(value, dict) else {}

    found = []
    for key, value in table("list").items():
        right, cure = CHECKS.get(
            key, (lambda value: isinstance(value, (str, int)) or bool(value), "")
        )
        if key not in OF_A_LIST:
            found.append((key, f"{key} is unknown", f"known are {', '.join(OF_A_LIST)}"))
        elif not right(value):
            found.append((key, f"{key} = {value!r}", cure))
        elif FORBIDDEN.search(str(value)):
            cure = "ask these people for their consent, then list who gave it (HIPAA)"
            found.append((key, "a list of patients cannot be mailed", cure))
    for key, value in table("columns").items():
        if key not in FIELDS or not isinstance(value, str):
            cure = f'write as address = "Their heading"; known are {", ".join(FIELDS)}'
            found.append((key, f"[columns] {key} = {value!r}", cure))
    for key, value in table("status").items():
        if value not in MEANINGS:
            found.append(
                (key, f"[status] {key} = {value!r}", f"write one of {', '.join(MEANINGS)}")
            )
    return found


def lines_to_add(name: str) -> str:
    """What to write so that the list's people may be mailed."""
    path = Path(name.partition("#")[0]).with_suffix(".toml")
    return f'{path}:\n  [list]\n  consent = "confirmed"\n  source = "how these people asked for the letter"'


def lines_to_correct(name: str) -> str:
    """What to write where the columns of a list were taken for something else."""
    path = Path(name.partition("#")[0]).with_suffix(".toml")
    return f'write into {path}:  [columns]  and below it  address = "Their heading"'
