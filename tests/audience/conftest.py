"""This module writes lists as staff would have them."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from newsletter.audience import Merge, list_files, merge_lists
from newsletter.store import Store

CONFIRMED = '[list]\nconsent = "confirmed"\nsource = "website form"\nwording = "Yes, please."\n'
NOW = 1_790_000_000
TODAY = date(2026, 11, 26)

Write = Callable[..., Path]
MergeAll = Callable[..., Merge]


@pytest.fixture
def write(project: Path) -> Write:
    """Write a list and, unless basis is None, how its people asked for the letter."""

    def written(name: str, text: str | bytes, basis: str | None = CONFIRMED) -> Path:
        path = project / "subscribers" / f"{name}.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        if basis is not None:
            path.with_suffix(".toml").write_text(basis)
        return path

    return written


@pytest.fixture
def merge(project: Path, store: Store) -> MergeAll:
    """Merge all lists of the project."""

    def merged(now: int = NOW) -> Merge:
        return merge_lists(store, list_files(project, samples=False), project, now=now)

    return merged
