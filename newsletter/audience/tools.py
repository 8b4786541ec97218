"""This module recognises exports of other tools by their headings (tools.toml is the table)."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

REMARK = re.compile(r"\s*\((?:UTC[^)]*|GMT[^)]*|[A-Z]{2}[SD]?T|required|optional)\)\*?$")
TABLE = Path(__file__).with_name("tools.toml")


@dataclass(frozen=True)
class Tool:
    """One export of one tool; *needs* are alternatives, all of which must be met. Headings are plain words."""

    tool: str
    part: str
    needs: tuple[tuple[str, ...], ...]
    only: bool = False
    exact: tuple[str, ...] = ()
    file: str = ""
    standing: str = "subscribed"
    asks: bool = False
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    status: Mapping[str, str] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """As people call it."""
        return f"{self.tool} ({self.part})"


def plain(word: str) -> str:
    """A heading or status without case, spaces, punctuation, and remarks such as (UTC+0) and (required)."""
    return re.sub(r"[\W_]+", "", REMARK.sub("", word.strip()).casefold())


def recognised(header: Sequence[str], name: str) -> Tool | None:
    """The tool that wrote a file of this *name* with this *header*, if it is one that we know."""
    there = {plain(word) for word in header} - {""}
    fitting = (tool for tool in tools() if _fits(tool, there, name.lower()))
    return next((tool for tool in fitting if set(tool.exact) <= set(header)), None)


def _fits(tool: Tool, there: set[str], name: str) -> bool:
    return (
        all(there & set(choice) for choice in tool.needs)
        and (not tool.only or len(there) == len(tool.needs))
        and (not tool.file or re.search(tool.file, name) is not None)
    )


@cache
def tools() -> tuple[Tool, ...]:
    """Every export in the table, in its order."""
    return tuple(
        _tool(entry) for entry in tomllib.loads(TABLE.read_text(encoding="utf-8"))["export"]
    )


def _tool(entry: dict[str, Any]) -> Tool:
    def words(value: str | Sequence[str]) -> tuple[str, ...]:
        return tuple(map(plain, [value] if isinstance(value, str) else value))

    return Tool(
        **{
            **entry,
            "exact": tuple(entry.get("exact", ())),
            "needs": tuple(words(choice.split(" / ")) for choice in entry["needs"]),
            "columns": {ours: words(theirs) for ours, theirs in entry.get("columns", {}).items()},
            "status": {plain(word): meaning for word, meaning in entry.get("status", {}).items()},
            "ignored": frozenset(words(entry.get("ignored", ()))),
            "unread": frozenset(words(entry.get("unread", ()))),
        }
    )
