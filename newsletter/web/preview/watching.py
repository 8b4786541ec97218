"""This module watches the files that a letter is made of."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from watchfiles import Change, awatch

from newsletter.config import SETTINGS_FILE

STEP = 15
"""Milliseconds without a change after which a save is over; editors write, rename and touch."""


STARTED = 0.5
"""Seconds after which the watchers run; a save before that is looked for once."""


async def saves(root: Path, article: Path, ending: asyncio.Event) -> AsyncIterator[None]:
    """Yield after each save of the article, what lies in its folder, a template or the settings.

    Raises OSError or RuntimeError where the computer cannot watch files.
    """
    root, article = root.resolve(), article.resolve()
    changes: asyncio.Queue[Exception | None] = asyncio.Queue()
    watchers = [
        asyncio.create_task(_watch(folder, recursive, root, ending, changes))
        for folder, recursive in _folders(root, article)
    ]
    asyncio.get_running_loop().call_later(STARTED, changes.put_nowait, None)
    try:
        while not ending.is_set():
            if (failed := await changes.get()) is not None:
                raise failed
            yield
    finally:
        for watcher in watchers:
            watcher.cancel()


def _folders(root: Path, article: Path) -> list[tuple[Path, bool]]:
    """Each folder once; only those of articles and templates with all that lies below them."""
    content, templates = root / "content", root / "templates" / "email"
    deep = article.parent.is_relative_to(content)
    wanted = {root: False, content if deep else article.parent: deep, templates: True}
    return [(folder, recursive) for folder, recursive in wanted.items() if folder.is_dir()]


async def _watch(
    folder: Path,
    recursive: bool,
    root: Path,
    ending: asyncio.Event,
    changes: asyncio.Queue[Exception | None],
) -> None:
    def concerns(_change: Change, path: str) -> bool:
        place = Path(path)
        if place.parent == root and folder == root:
            return place.name == SETTINGS_FILE or place.suffix == ".md"
        return not place.name.startswith(".") and not place.name.endswith(("~", ".swp", ".tmp"))

    watched = awatch(
        folder,
        recursive=recursive,
        step=STEP,
        debounce=200,
        watch_filter=concerns,
        stop_event=ending,
        ignore_permission_denied=True,
    )
    try:
        async for _changed in watched:
            changes.put_nowait(None)
    except (OSError, RuntimeError) as error:  # saves() raises it where somebody waits
        changes.put_nowait(error)
