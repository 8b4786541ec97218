"""This module reads subscribers/<list>.toml: how the people of a list asked for the letter."""

import re
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from newsletter.errors import Problem
from newsletter.store import CONSENTS


@dataclass(frozen=True)
class Basis:
    """The basis of consent of a list; *wording* is what people agreed to."""

    consent: str = "none"
    source: str = ""
    wording: str = ""
    date: str = ""


FORBIDDEN = re.compile(
    r"\b(ehr|emr|patients?|medical records?|practice management)\b", re.IGNORECASE
)


def basis_path(file: Path) -> Path:
    """Where the basis of the list in *file* stands."""
    return file.with_suffix(".toml")


def read_basis(file: Path, name: str) -> tuple[Basis, list[Problem]]:
    """The basis of the list in *file*, and what is wrong with it; without a file there is no consent."""
    path = basis_path(file)
    if not path.is_file():
        return Basis(), []
    name = str(Path(name).with_suffix(".toml"))
    try:
        source = path.read_text(encoding="utf-8")
        table = tomllib.loads(source).get("list", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        line = int(found[1]) if (found := re.search(r"line (\d+)", str(error))) else None
        return Basis(), [
            Problem(
                name, line, "this cannot be read", 'write [list] and below it consent = "confirmed"'
            )
        ]
    return _basis(table, source, name)


def _basis(table: dict[str, object], source: str, name: str) -> tuple[Basis, list[Problem]]:
    known = [entry.name for entry in fields(Basis)]
    problems = []
    for key, value in table.items():
        line = next(
            (n for n, row in enumerate(source.splitlines(), 1) if row.split("=")[0].strip() == key),
            None,
        )
        if key not in known:
            problems.append(
                Problem(name, line, f"{key} is unknown", f"known are {', '.join(known)}")
            )
        elif key == "consent" and value not in CONSENTS:
            problems.append(
                Problem(name, line, f"consent = {value!r}", f"write one of {', '.join(CONSENTS)}")
            )
        elif FORBIDDEN.search(str(value)):
            cure = "ask these people for their consent, then list who gave it (HIPAA)"
            problems.append(Problem(name, line, "a list of patients cannot be mailed", cure))
    if problems:
        return Basis(), problems
    return Basis(**{key: str(value) for key, value in table.items()}), []


def lines_to_add(name: str) -> str:
    """What to write so that the list's people may be mailed."""
    return f'{Path(name).with_suffix(".toml")}:\n  [list]\n  consent = "confirmed"\n  source = "how these people asked for the letter"'
