"""This module is a program of its own: it prints the rows of a sheet as JSON, a line each (see workbook.py).

python -I sheet.py FILE SHEET, or with --begin for the first rows of every sheet; - is standard input.
"""

import re
import resource
import sys
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from io import BytesIO
from itertools import islice
from typing import Any
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile

import orjson
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

MEMORY = 2 << 30
SECONDS = 300
LIMITS = {resource.RLIMIT_AS: MEMORY, resource.RLIMIT_CPU: SECONDS, resource.RLIMIT_CORE: 0}
BEGIN = 60
WIDEST, LONGEST = 4_000, 1_048_576


def main(path: str, what: str) -> None:
    """Print what was asked for, then that this is the end."""
    for limit, most in LIMITS.items():
        with suppress(ValueError, OSError):  # macOS has no limit on memory
            resource.setrlimit(limit, (most, most))
    try:
        source = BytesIO(sys.stdin.buffer.read()) if path == "-" else path
        with _opened(source) as workbook:
            if what == "--begin":
                for sheet in workbook.sheets_metadata:
                    _print("sheet", int(sheet.visible == SheetVisibleEnum.Visible), sheet.name)
                    _print_rows(workbook, sheet.name, BEGIN)
                for name, number in _hidden_rows(source).items():
                    _print("hidden", number, name)
            elif what in workbook.sheet_names:
                _print_rows(workbook, what, None)
            else:
                names = ", ".join(workbook.sheet_names)
                _print("wrong", 0, f"there is no sheet {what}; there are {names}")
    except PasswordError:
        _print("wrong", 0, "this workbook has a password")
    except ValueError as error:
        _print("wrong", 0, str(error))
    except (CalamineError, OSError):
        _print("wrong", 0, "this workbook is broken")
    _print("end", 0, "")


def _opened(source: str | BytesIO) -> CalamineWorkbook:
    if isinstance(source, str):
        return CalamineWorkbook.from_path(source)
    return CalamineWorkbook.from_filelike(source)


MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
HIDDEN_ROW = re.compile(rb'<row\b[^<>]{0,500}\shidden="(?:1|true)"[^<>]{0,500}(?<!/)>')
"""A row that Excel does not show, also because a filter leaves it out, and that holds cells."""
AT_ONCE, LONGEST_TAG = 1 << 20, 1_000


def _hidden_rows(source: str | BytesIO) -> dict[str, int]:
    """How many rows of each sheet are hidden, which calamine does not tell; of XLSX alone."""
    try:
        with ZipFile(source) as archive:
            rels = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 bounded above
            book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
            targets = {one.get("Id"): str(one.get("Target")) for one in rels}
            return {
                str(sheet.get("name")): _count_hidden(archive, targets[sheet.get(RELATED)])
                for sheet in book.iter(f"{MAIN}sheet")
            }
    except (
        BadZipFile,
        KeyError,
        ElementTree.ParseError,
    ):  # another form, or one that only calamine understands
        return {}


def _count_hidden(archive: ZipFile, target: str) -> int:
    name = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    number, rest = 0, b""
    with archive.open(name) as file:
        while block := file.read(AT_ONCE):
            found = [*HIDDEN_ROW.finditer(rest + block)]
            number += len(found)
            rest = (rest + block)[
                max(found[-1].end() if found else 0, len(rest + block) - LONGEST_TAG) :
            ]
    return number


def _print_rows(workbook: CalamineWorkbook, name: str, most: int | None) -> None:
    sheet = workbook.get_sheet_by_name(name)
    if sheet.total_width > WIDEST or sheet.total_height > LONGEST:
        raise ValueError(f"the sheet {name} has more than 4,000 columns or 1,048,576 rows")
    first = sheet.start[0] if sheet.start else 0
    rows: Iterable[list[Any]] = sheet.iter_rows()
    for number, row in enumerate(islice(rows, most), first + 1):
        cells = [_words(cell) for cell in row]
        if any(cells):
            _print("row", number, cells)


def _words(cell: Any) -> str:
    """A cell as it would stand in a CSV: whole numbers without a point, days as ISO, yes and no."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ") if cell.time() != time() else cell.date().isoformat()
    if isinstance(cell, (date, time, timedelta)):
        return str(cell)
    return str(cell)


def _print(kind: str, number: int, value: object) -> None:
    sys.stdout.buffer.write(orjson.dumps([kind, number, value]) + b"\n")


if __name__ == "__main__":
    main(*sys.argv[1:3])
