"""This module finds out how list files are written, and says all that keeps one of them from being read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from newsletter.audience.basis import home_of, read_basis
from newsletter.audience.columns import told_by_name
from newsletter.audience.place import places, unnamed_member
from newsletter.audience.read import ListFile, examine, list_name, shown_name
from newsletter.audience.rejects import as_its_list, original_of
from newsletter.errors import Problem, Problems


def examined(files: Sequence[Path], root: Path, *, name: str | None = None) -> list[ListFile]:
    """How each of *files* is written; raises Problems with all that keeps one from being read.

    *name* is the list that they belong to, else the file's own name says so. The basis of consent stands beside the
    file, as subscribers/<list>.toml, or beside an earlier export of the list. A sheet whose name says that its people left
    is read beside the one that is meant.
    """
    listed, problems = [], []
    found = {path: places([path.resolve()]) for path in files}
    waiting = sorted({*chain.from_iterable(found.values())})
    for path in waiting:
        original = original_of(path, root)
        belongs = name or original or list_name(path, root)
        home = home_of(path, belongs, root)
        basis, wrong = read_basis(home, shown_name(home, root))
        if original is not None:
            basis = replace(basis, sheet="")  # the rejected rows have one of their own
        file, also_wrong = examine(path, root, basis)
        if original is not None and file is not None:
            file = as_its_list(file, original, root)
        if file is not None and name is None:
            left, rest = _sheets_apart(file)
            waiting += [place for place in left if place not in waiting]
            file = replace(file, other_sheets=rest)
        problems += [problem for problem in (*wrong, *also_wrong) if problem not in problems]
        listed += [replace(file, list=belongs)] if file is not None else []
    problems += _twice(listed) if name is None else []
    problems += _without_lists(found, root)
    if problems:
        raise Problems(problems)
    return listed


def _sheets_apart(file: ListFile) -> tuple[list[Path], tuple[str, ...]]:
    """The other sheets of a workbook whose names say that their people left, as places; and the rest."""
    left = [sheet for sheet in file.other_sheets if told_by_name(sheet)]
    rest = tuple(sheet for sheet in file.other_sheets if sheet not in left)
    return [Path(f"{file.path}{unnamed_member(file.path)}#{sheet}") for sheet in left], rest


def _without_lists(found: Mapping[Path, Sequence[Path]], root: Path) -> Iterator[Problem]:
    cure = "put a CSV, Excel, OpenOffice, JSON or zip file there"
    for path, lists in found.items():
        if path.is_dir() and not lists:
            yield Problem(shown_name(path, root), None, "there is no list in this folder", cure)


def _twice(listed: Sequence[ListFile]) -> Iterator[Problem]:
    """Files that would be the same list, so that the second would take the place of the first."""
    first: dict[str, ListFile] = {}
    for file in listed:
        other = first.setdefault(file.list, file)
        if other is not file:
            what = f"{other.name} is the list {file.list} already"
            cure = "keep the newer of the two; if they are two lists, give one another name"
            yield Problem(file.name, None, what, cure)
