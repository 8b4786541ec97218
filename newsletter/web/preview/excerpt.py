"""This module shows the lines that a problem or a finding speaks of."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from newsletter.errors import Problem

AROUND = 2


@dataclass(frozen=True)
class Line:
    """A line of a file, and what was said of it."""

    number: int
    text: str
    said: tuple[object, ...] = ()


def excerpt(problem: Problem, root: Path) -> list[Line]:
    """The line of *problem* among its neighbours; nothing where there is no such line in the project."""
    path = (root / problem.path).resolve()
    if problem.line is None or not path.is_relative_to(root.resolve()) or not path.is_file():
        return []
    rows = path.read_text(encoding="utf-8", errors="replace").splitlines()
    first = max(problem.line - AROUND, 1)
    return [
        Line(number, row, (problem,) if number == problem.line else ())
        for number, row in enumerate(rows[first - 1 : problem.line + AROUND], first)
    ]


def marked(source: str, name: str, said: Iterable[object]) -> list[Line]:
    """All lines of the file *name*, each with the findings or problems that speak of it."""
    by_line: dict[int, list[object]] = {}
    for one in said:
        if str(getattr(one, "path", "")) == name and (line := getattr(one, "line", None)):
            by_line.setdefault(line, []).append(one)
    return [
        Line(number, row, tuple(by_line.get(number, ())))
        for number, row in enumerate(source.splitlines(), 1)
    ]
