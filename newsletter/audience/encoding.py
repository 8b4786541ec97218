"""This module tells how a text is encoded, and what keeps it from being a text."""

import codecs
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from newsletter.audience.place import NoList

BLOCK = 1 << 18
LINES = 1 << 16
"""Letters of lines that are read at once: few enough for a processor to have them at hand."""
LONGEST_LINE = 1_000_000
MOST_LINES = 2000
"""So many lines with signs beyond ASCII are enough to tell an encoding by."""

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
WESTERN = ("cp1252", "mac_roman", "cp850")
LETTERS = frozenset("àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿßœšžÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŠŽŸ")
SPOKEN = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32": "UTF-32",
    "cp1252": "Windows (cp1252)",
    "mac_roman": "Mac Roman",
    "cp850": "DOS (cp850)",
    "latin-1": "Latin-1",
}


@dataclass(frozen=True)
class Text:
    """How a text is written: *broken* is how many lines are not of its *encoding*."""

    encoding: str
    digest: str
    broken: int = 0


def scan(file: IO[bytes], known: str = "") -> Text:
    """One pass over the bytes; raises NoList where this is no text, is empty or has an endless line."""
    digest, look = hashlib.sha256(), _Look(known)
    while block := file.read(BLOCK):
        digest.update(block)
        look.at(block)
    return Text(look.encoding(), digest.hexdigest(), look.broken)


class _Look:
    """What was seen of a text so far: lines that are no UTF-8 are kept, to tell by them what they are."""

    def __init__(self, known: str) -> None:
        self.known = known
        self.number = 1
        self.since_break = 0
        self.empty = True
        self.rest = b""
        self.marked = ""
        self.first = True
        self.utf8 = 0
        self.broken = 0
        self.other: list[bytes] = []

    def at(self, block: bytes) -> None:
        if self.first:
            self.marked = marked(block)
            self.first = False
        self.empty = self.empty and not block.strip(b"\0 \r\n\t\xef\xbb\xbf\xff\xfe,;")
        if not self.marked and not self.known and b"\0" in block:
            line = self.number + block[: block.index(b"\0")].count(b"\n")
            raise NoList("this is no text file", "export the list as CSV", line)
        self._measure(block)
        maybe_utf8 = (self.known or self.marked or "utf-8").startswith("utf-8")
        if maybe_utf8 and (self.rest or not block.isascii()):
            self._sort(block)

    def _measure(self, block: bytes) -> None:
        last = max(block.rfind(b"\n"), block.rfind(b"\r"))
        if last < 0:
            self.since_break += len(block)
        else:
            first = min(n for n in (block.find(b"\n"), block.find(b"\r")) if n >= 0)
            if self.since_break + first <= LONGEST_LINE:
                self.number += block.count(b"\n")
                self.since_break = len(block) - last
                return
            self.since_break += first
        if self.since_break > LONGEST_LINE:
            raise NoList(
                "a line of more than a megabyte", "export the list again as CSV", self.number
            )

    def _sort(self, block: bytes) -> None:
        """Count the lines that are UTF-8, and keep some that are not."""
        block = self.rest + block
        try:
            block.decode()
        except UnicodeDecodeError as error:
            if error.end < len(block) or error.reason != "unexpected end of data":
                return self._sort_lines(block)
            self.rest = block[error.start :]
        else:
            self.rest = b""
        self.utf8 += 1
        return None

    def _sort_lines(self, block: bytes) -> None:
        lines = block.splitlines()
        self.rest = lines.pop() if not block.endswith((b"\n", b"\r")) and len(lines) > 1 else b""
        for line in lines:
            if line.isascii():
                continue
            if _is_utf8(line):
                self.utf8 += 1
            else:
                self.broken += 1
                if len(self.other) < MOST_LINES:
                    self.other.append(line)

    def encoding(self) -> str:
        if self.empty:
            raise NoList("the file is empty", "export the list again, or remove the file")
        if self.rest and not _is_utf8(self.rest):
            self.broken += 1
            self.other.append(self.rest)
        if self.known or self.marked:
            return self.known or self.marked
        if self.broken <= self.utf8 / 10:
            return "utf-8"
        self.broken = 0
        return _western(b"\n".join(self.other))


def marked(head: bytes) -> str:
    """The encoding that a mark at the beginning, or the zeros between letters, tell; nothing without."""
    for mark, encoding in MARKS:
        if head.startswith(mark):
            return encoding
    head = head[:4096]
    if len(head) > 3 and head.count(0) * 3 > len(head):
        even, odd = head[::2].count(0), head[1::2].count(0)
        if min(even, odd) * 20 < max(even, odd):
            return "utf-16-le" if odd > even else "utf-16-be"
    return ""


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _western(text: bytes) -> str:
    """The encoding in which *text* looks most like names; where none does, what charset-normalizer says.

    Of lists of two names that library mistakes a third, having too little to judge a language by.
    """
    likely = max(WESTERN, key=lambda encoding: _likeness(text, encoding))
    if _likeness(text, likely) < 0:
        from charset_normalizer import from_bytes

        best = from_bytes(text).best()
        as_ascii = best is not None and "Email,;".encode(best.encoding) == b"Email,;"
        return best.encoding if best is not None and as_ascii else "cp1252"
    return likely


def _likeness(text: bytes, encoding: str) -> int:
    """How much *text* looks like names: small letters anywhere, capitals at the beginning of words."""
    try:
        words = text.decode(encoding)
    except UnicodeDecodeError:
        return -len(text)
    return sum(
        _fit(words[n - 1 : n], sign, words[n + 1 : n + 2])
        for n, sign in enumerate(words)
        if sign > "\x7f"
    )


def _fit(before: str, sign: str, after: str) -> int:
    if before > "\x7f":
        return -2  # two in a row are rare in Western names, and the rule in Greek or Russian ones
    if sign in LETTERS:
        return 2 if sign.islower() else -1 if before.islower() else 1
    inside = before.isalpha() and after.isalpha()
    if sign in "’‘":
        return 1 if inside else 0
    return 1 if sign in "“”–—\u00a0" and not inside else -2


def has_broken_letters(cell: str) -> bool:
    """Whether *cell* has bytes that are not of its text's encoding."""
    return not cell.isascii() and any("\udc80" <= letter <= "\udcff" for letter in cell)


def lines(file: IO[bytes], encoding: str) -> Iterator[list[str]]:
    """The lines of a text with their ends, a block at a time; broken bytes in UTF-8 stay, as surrogates."""
    errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
    text = io.TextIOWrapper(file, encoding=encoding, errors=errors, newline="")
    try:
        while some := text.readlines(LINES):
            yield some
    except UnicodeError as error:
        name = SPOKEN.get(encoding, encoding)
        raise NoList(
            f"this is not written in {name}", "correct the encoding, or leave it out"
        ) from error
    finally:
        if not file.closed:
            text.detach()  # the file is whoever opened it's to close
