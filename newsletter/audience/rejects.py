"""This module writes rejected rows as their list had them, with the reason in a last column, to be put right."""

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from itertools import chain
from pathlib import Path

import orjson

from newsletter.audience.columns import Columns
from newsletter.audience.heading import ListFile, is_heading
from newsletter.audience.read import examine
from newsletter.audience.stage import ERASED, Staged
from newsletter.audience.tools import tools
from newsletter.errors import Problem, Problems

FOLDER = Path("subscribers") / "rejected"
"""Below subscribers/, where lists are not merged by themselves."""
REASON = "Rejected because"
LONGEST_CELL = 32_767
"""Letters in a cell of a workbook."""


def write_rejects(one: Staged, root: Path, *, anew: bool = True) -> Path | None:
    """Write the rejected rows of a list in the form that it has itself; None where there are none to put right.

    Not *anew*, those of an earlier import stay as they are: somebody may be putting them right.
    """
    rows = (row for row in one.rejects() if row[1] != ERASED)
    first = next(rows, None)
    if first is None:
        return None
    suffix, write = FORMS[one.file.form]
    path = root / FOLDER / f"{one.file.list}{suffix}"
    if path.exists() and not anew:
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    header = _header(one.file)
    own = _without_reason(header, header)
    below = (_row(row, header) for row in chain([first], rows))
    write(path, one.file, chain([[*own, REASON]], below))
    _remember(one.file, own, root)
    return path


def original_of(path: Path, root: Path) -> str | None:
    """The list whose rejected rows *path* holds; None where it is a list itself."""
    folder = (root / FOLDER).resolve()
    path = path.resolve()
    if not path.is_relative_to(folder):
        return None
    return path.relative_to(folder).with_suffix("").as_posix()


def as_its_list(file: ListFile, name: str, root: Path) -> ListFile:
    """The rejected rows of the list *name*, read as it was: few rows do not tell by themselves what columns mean.

    Raises Problems where the headings were changed.
    """
    path = _memory(name, root)
    if not path.is_file():
        return file
    known = orjson.loads(path.read_bytes())
    header, layout = known["header"], known["layout"]
    if known["columns"] != file.basis.columns:  # somebody has corrected them since
        return file
    if not _has(header, file) and file.form == "text":  # few rows may look like another delimiter's
        basis = replace(file.basis, delimiter=known.get("delimiter", ""))
        file = examine(file.path, root, basis)[0] or file
    if not _has(header, file):
        what = "the headings are not those of the list any more"
        cure = f"put them back as they were: {', '.join(header)[:200]}"
        raise Problems([Problem(file.name, 1, what, cure)])
    columns = Columns(
        places=layout["places"],
        also={int(place): tuple(others) for place, others in layout["also"].items()},
        tags=tuple(layout["tags"]),
        said=tuple((ours, place) for ours, place in layout["said"]),
        passed=tuple(layout["passed"]),
        notes=tuple(layout.get("notes", ())),
    )
    standing = file.basis.standing or known.get("standing", "")  # a sheet's name may have said it
    return replace(
        file,
        basis=replace(file.basis, standing=standing),
        columns=columns.places,
        layout=columns,
        tool=next((tool for tool in tools() if tool.name == known["tool"]), None),
        day_first=file.day_first if file.basis.dates else known["day_first"],
    )


def _has(header: Sequence[str], file: ListFile) -> bool:
    """Whether *file* begins with the columns of *header*."""
    return [*file.header[: len(header)]] == header


def _remember(file: ListFile, header: Sequence[str], root: Path) -> None:
    known = {
        "header": header,
        "layout": asdict(file.layout),
        "columns": dict(file.basis.columns),
        "tool": file.tool.name if file.tool else "",
        "day_first": file.day_first,
        "delimiter": file.delimiter,
        "standing": file.basis.standing,
    }
    path = _memory(file.list, root)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(orjson.dumps(known, option=orjson.OPT_NON_STR_KEYS))


def _memory(name: str, root: Path) -> Path:
    """Where it is written down how a list was read."""
    return root / ".newsletter" / "rejected" / f"{name}.json"


def _header(file: ListFile) -> list[str]:
    """The headings, of which one always tells where addresses stand."""
    header = list(file.header)
    named = file.tool or file.basis.columns.get("address") or any(map(is_heading, header))
    if not named:
        header[file.columns["address"]] = "Email"
    return header


def _row(row: tuple[int, str, Sequence[str]], header: Sequence[str]) -> list[str]:
    """The cells of a row and the reason; a row with more cells than headings keeps them, so that it is seen to be wrong."""
    line, reason, cells = row
    filled = [*cells, *[""] * (len(header) - len(cells))]
    return [*_without_reason(filled, header), f"line {line}: {reason}"]


def _without_reason(cells: Sequence[str], header: Sequence[str]) -> list[str]:
    """*cells* without what an earlier import said of them, under *header* or behind all else."""
    if REASON not in header:
        return [*cells]
    place = header.index(REASON) if len(cells) == len(header) else len(cells) - 1
    return [*cells[:place], *cells[place + 1 :]]


Rows = Iterable[Sequence[str]]


def _write_text(path: Path, file: ListFile, rows: Rows) -> None:
    """In a Unicode that says so at its beginning, as Excel wants it: from few rows no encoding can be told."""
    encoding = "utf-16" if file.encoding.startswith("utf-16") else "utf-8-sig"
    with path.open("w", encoding=encoding, errors="replace", newline="") as out:
        csv.writer(out, delimiter=file.delimiter).writerows(rows)


def _write_workbook(path: Path, _file: ListFile, rows: Rows) -> None:
    from xlsxwriter import Workbook

    with Workbook(path, {"constant_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                sheet.write_string(number, place, cell[:LONGEST_CELL])


def _write_json(path: Path, _file: ListFile, rows: Rows) -> None:
    path.write_bytes(orjson.dumps(_objects(rows), option=orjson.OPT_INDENT_2))


def _write_json_lines(path: Path, _file: ListFile, rows: Rows) -> None:
    path.write_bytes(b"".join(orjson.dumps(one) + b"\n" for one in _objects(rows)))


def _objects(rows: Rows) -> list[dict[str, str]]:
    header, *others = rows
    return [dict(zip(header, row, strict=True)) for row in others]


FORMS: Mapping[str, tuple[str, Callable[[Path, ListFile, Rows], None]]] = {
    "text": (".csv", _write_text),
    "quoted text": (".csv", _write_text),
    "addresses": (".csv", _write_text),
    "workbook": (".xlsx", _write_workbook),
    "json": (".json", _write_json),
    "json lines": (".jsonl", _write_json_lines),
}
"""How each form of list is written, and how its file's name ends."""
