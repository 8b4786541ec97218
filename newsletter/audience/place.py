"""This module finds lists wherever they lie: a file, a folder, a file in a zip, a sheet of a workbook.

`contacts.zip#subscribed.csv` names a file in a zip, `contacts.xlsx#Sheet2` a sheet of a workbook, and
`contacts.zip#contacts.xlsx#Sheet2` a sheet of a workbook in a zip.
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

SUFFIXES = ".csv .tsv .tab .txt .xlsx .xlsm .xls .ods .json .jsonl .ndjson .zip".split()
BESIDE = (".toml", ".md")
"""What stands beside lists: how their people asked for the letter, and notes."""
OF_WINDOWS = ("thumbs.db", "desktop.ini")
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
APART = ("sample", "rejected")
"""Folders below subscribers/ whose files are not the clinic's lists."""

MOST_FILES = 200
LARGEST_IN_ZIP = 4 << 30
LARGEST_WORKBOOK = 200 << 20
BLOCK = 1 << 20
DENSEST = 150
SMALL = 10 << 20
"""A text shrinks to a tenth; what shrinks to less than a hundred-and-fiftieth and is large is a bomb."""

EXPORTED = re.compile(
    r"(?:_members)?_export_[0-9a-f]{6,}$"
    r"|(?<=contact_export)_\d{6,}_\d{6}_\d{6}$|(?<=Patients-Cliniko)-\d{8}$|(?<=members)\.\d{4}-\d\d-\d\d$",
    re.IGNORECASE,
)
OF_HUBSPOT = re.compile(r"(hubspot-crm-exports-.+)-\d{4}-\d\d-\d\d(?:-\d+)?$", re.IGNORECASE)
"""What Mailchimp, Constant Contact, Cliniko, Ghost and HubSpot add to the name of each export: the list is the same."""


class NoList(Exception):
    """There is no list in this place: *what* is wrong, and the cure."""

    def __init__(self, what: str, cure: str, line: int | None = None) -> None:
        super().__init__(what)
        self.what, self.cure, self.line = what, cure, line


def list_files(root: Path, *, samples: bool) -> list[Path]:
    """The clinic's lists; with *samples*, while there are none, the made-up ones."""
    folder = root / "subscribers"
    own = [path for path in _below(folder) if not _is_apart(path, folder)]
    return places(own) or (places(_below(folder / "sample")) if samples else [])


def places(paths: Iterable[Path]) -> list[Path]:
    """Each list in *paths*: of a folder its files, of a zip its files."""
    return sorted(place for path in paths for place in _places(path))


def _places(path: Path) -> list[Path]:
    if path.is_dir():
        return places(below for below in _below(path) if not _is_apart(below, path))
    if path.suffix.lower() != ".zip" or not path.is_file():
        return [path]
    try:
        inside = files_in_zip(path)
    except NoList:
        return [path]  # whoever reads it says what is wrong with it
    return [path] if len(inside) < 2 else [Path(f"{path}#{name}") for name in inside]


def passed_over(path: Path) -> list[Path]:
    """The files in a folder or zip that nobody reads, as a document of Numbers: people may be in them.

    Of a broken zip nothing is said here: whoever reads it does.
    """
    if path.is_dir():
        inside = [file for file in _files(path) if not _is_apart(file, path)]
        unread = [file for file in inside if _is_unread(file)]
        return sorted([*unread, *chain.from_iterable(map(passed_over, inside))])
    if path.suffix.lower() != ".zip" or not path.is_file():
        return []
    with suppress(NoList), opened_zip(path) as archive:
        return [Path(f"{path}#{name}") for name in _in_zip(archive) if _is_unread(Path(name))]
    return []


def _is_unread(path: Path) -> bool:
    return path.suffix.lower() not in (*SUFFIXES, *BESIDE)


def _below(folder: Path) -> list[Path]:
    return [path for path in _files(folder) if path.suffix.lower() in SUFFIXES]


def _files(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not path.name.startswith("~$")
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and path.name.lower() not in OF_WINDOWS
    )


def _is_apart(path: Path, folder: Path) -> bool:
    return not {folder / name for name in APART}.isdisjoint(path.parents)


def parted(path: Path) -> tuple[Path, str]:
    """The file, and what is named in it behind a `#`."""
    if path.exists() or "#" not in path.name:
        return path, ""
    whole, _, inside = str(path).partition("#")
    return Path(whole), inside


def sheet_of(path: Path) -> str:
    """The sheet of a workbook that is named behind the last `#`; nothing where none is."""
    file, inside = parted(path)
    return inside if file.suffix.lower() != ".zip" else _member_and_sheet(inside)[1]


def _member_and_sheet(inside: str) -> tuple[str, str]:
    member, _, sheet = inside.rpartition("#")
    return (member, sheet) if member.lower().endswith(WORKBOOKS) else (inside, "")


def unnamed_member(path: Path) -> str:
    """`#` and the only list in a zip, where *path* does not name it."""
    file, inside = parted(path)
    return f"#{_only(file)}" if file.suffix.lower() == ".zip" and not inside else ""


def list_name(path: Path, root: Path) -> str:
    """The name of a list: its file's name, with the folder below subscribers/ and the zip that it is in."""
    file, inside = parted(path)
    folder, own = (root / "subscribers").resolve(), file.resolve()
    whole = own.relative_to(folder) if own.is_relative_to(folder) else Path(own.name)
    name = _lasting(whole.with_suffix("").as_posix())
    if not inside:
        return name
    part = Path(inside)
    part = part.with_suffix("") if part.suffix.lower() in SUFFIXES else part
    return f"{name}/{_lasting(part.as_posix())}"


def _lasting(name: str) -> str:
    return OF_HUBSPOT.sub(r"\1", EXPORTED.sub("", name))


def files_in_zip(path: Path) -> list[str]:
    """The lists in a zip, by name; raises NoList where it is none, or has too many."""
    with opened_zip(path) as archive:
        names = [name for name in _in_zip(archive) if Path(name).suffix.lower() in SUFFIXES]
    if len(names) > MOST_FILES:
        raise NoList(f"{len(names)} files in one zip", "unpack it and keep the lists")
    return sorted(names)


def _in_zip(archive: zipfile.ZipFile) -> list[str]:
    return [
        info.filename
        for info in archive.infolist()
        if not info.is_dir()
        and not any(part.startswith((".", "__MACOSX")) for part in Path(info.filename).parts)
    ]


@contextmanager
def opened_zip(path: Path | IO[bytes]) -> Iterator[zipfile.ZipFile]:
    """The zip in *path*; what is broken or encrypted is a sentence."""
    cure = "unpack it on your computer, and put the lists that are in it here"
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error, EOFError) as error:
        raise NoList("this zip is broken", cure) from error
    except (NotImplementedError, RuntimeError) as error:
        raise NoList("this zip has a password or is of an unusual kind", cure) from error


def refuse_bomb(info: zipfile.ZipInfo) -> None:
    """Raise NoList where a file in a zip is many times larger than anybody's list."""
    dense = info.file_size > SMALL and info.file_size > DENSEST * max(info.compress_size, 1)
    if dense or info.file_size > LARGEST_IN_ZIP:
        size = f"{info.file_size / 2**20:,.0f} MB"
        raise NoList(
            f"{info.filename} would unpack to {size}, which is no list",
            "take it out of the zip; it may be an attack",
        )


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """The bytes of a list, also of one in a zip; raises NoList where there is none."""
    file, inside = parted(path)
    if file.exists() and not file.is_file():  # a pipe would be waited for without end
        raise NoList("this is no file", "save the list as a file, and name that")
    if file.suffix.lower() != ".zip":
        with file.open("rb") as plain:
            yield plain
        return
    inside = _member_and_sheet(inside)[0] or _only(file)
    with opened_zip(file) as archive:
        try:
            info = archive.getinfo(inside)
        except KeyError as error:
            raise NoList(
                f"there is no {inside} in it", "write the name as it is in the zip"
            ) from error
        refuse_bomb(info)
        if info.filename.lower().endswith(".zip"):
            raise NoList(f"{inside} lies in a zip", f"unpack {inside} and put it here by itself")
        with archive.open(info) as member:
            yield member


@contextmanager
def by_itself(path: Path) -> Iterator[Path | IO[bytes]]:
    """A workbook as its file, or unpacked from its zip into one without a name, which no crash leaves behind."""
    file, _inside = parted(path)
    if file.suffix.lower() != ".zip":
        yield file
        return
    with opened(path) as member, TemporaryFile() as unpacked:
        while unpacked.tell() <= LARGEST_WORKBOOK and (block := member.read(BLOCK)):
            unpacked.write(block)
        unpacked.flush()
        yield unpacked


def _only(path: Path) -> str:
    inside = files_in_zip(path)
    if not inside:
        raise NoList("there is no list in this zip", "put a CSV, Excel or JSON file here")
    if len(inside) > 1:
        raise NoList(
            f"there are {len(inside)} files in this zip", f"name one: {path.name}#{inside[0]}"
        )
    return inside[0]
