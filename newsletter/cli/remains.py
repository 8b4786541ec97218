"""This module finds what in the project's folder still names a person: lists, exports, reports, other stores."""

import os
import zipfile
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import IO

import idna

from newsletter.audience.place import NoList, opened_zip, refuse_bomb

KEPT = ".newsletter"
AT_ONCE, LONGEST = 1 << 20, 2_000
"""Bytes that are looked at together, and more than an address takes."""
DEEPEST = 1
IN_A_DATABASE = "the practice store"
PRACTICE = (IN_A_DATABASE, f"{KEPT}/practice.db", f"{KEPT}/sandbox/")


def files_with(key: str, root: Path, own: Path | None) -> Iterator[str]:
    """Files that hold the address, also workbooks and zips, but for the *own* store; those that cannot be looked into are named too."""
    for path in sorted(_files(root)):
        name = path.relative_to(root).as_posix()
        if own is not None and path.parent == own.parent and path.name.startswith(own.name):
            continue
        try:
            if any(holds(file, key) for file in _parts(path)):
                yield name
        except NoList as wrong:
            yield f"{name} ({wrong.what}, so perhaps it)"
        except OSError as error:
            yield f"{name} ({error.strerror}, so perhaps it)"


def what_to_do(files: list[str]) -> Iterator[str]:
    """A sentence for each file; of all that was practised one is enough."""
    practised = [file for file in files if file.startswith(PRACTICE)]
    if practised:
        yield "What was practised still names them: newsletter sandbox reset forgets all of it."
    for file in files:
        if file in practised:
            continue
        if file.startswith(f"{KEPT}/"):
            yield f"{file} still names them: it is not this account's store; forget them there too, or remove it."
        else:
            yield f"{file} still names them: remove that row there."


def holds(file: IO[bytes], key: str) -> bool:
    """Whether the address is in it, as UTF-8, as UTF-16, as XML writes it, or with its domain as the DNS does."""
    spellings = {key, escape(key, quote=False), _as_in_dns(key)}
    before = b""
    while block := file.read(AT_ONCE):
        part = before + block.replace(b"\0", b"")
        words = part.decode("utf-8", "ignore").lower()
        if any(spelling in words for spelling in spellings):
            return True
        before = part[-LONGEST:]
    return False


def _files(root: Path) -> Iterator[Path]:
    """All but what is hidden: there lie git's own files and the program's, and no list of anybody's."""
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name == KEPT or not name.startswith(".")]
        yield from (path for name in names if (path := Path(folder, name)).is_file())


def _parts(whole: Path | IO[bytes], deep: int = 0) -> Iterator[IO[bytes]]:
    """The file, or what a zip holds; an Excel file is a zip of XML, and may lie in a zip."""
    if deep <= DEEPEST and zipfile.is_zipfile(whole):
        with opened_zip(whole) as archive:
            for info in archive.infolist():
                refuse_bomb(info)
                with archive.open(info) as file:
                    yield from _parts(file, deep + 1)
    elif isinstance(whole, Path):
        with whole.open("rb") as file:
            yield file
    else:
        whole.seek(0)
        yield whole


def _as_in_dns(key: str) -> str:
    local, _, domain = key.rpartition("@")
    return f"{local}@{idna.encode(domain, uts46=True).decode()}"
