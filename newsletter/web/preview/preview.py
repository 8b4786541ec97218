"""This module keeps what the page shows: the last good letter, and what is wrong with the newest save."""

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from newsletter.checks import Finding
from newsletter.errors import NewsletterError, Problem, Problems
from newsletter.letter import MergeProblem, Reader, View
from newsletter.web.preview.choosing import Choice, Choices, choose_readers, first_choices
from newsletter.web.preview.means import Composed, Means

log = logging.getLogger(__name__)
CURE = "put it right and save again"


@dataclass(frozen=True)
class Look:
    """A letter as one reader sees it; *problems* say why it is not the newest, or why there is none."""

    choice: Choice
    composed: Composed | None
    view: View | None
    problems: tuple[Problem, ...] = ()


class Preview:
    """The state behind all open pages; every method may be called from any thread."""

    def __init__(self, means: Means) -> None:
        self.means = means
        self.composed: Composed | None = None
        self.problems: tuple[Problem, ...] = ()
        self.source = ""
        self.choices: Choices = first_choices(means.stranger())
        self.silence = ""
        """Why the readers could not be asked, in a sentence."""
        self._good: dict[Reader, tuple[Composed, View]] = {}
        self._found: dict[Reader, tuple[View, Sequence[Finding]]] = {}
        self._saves = 0
        self._lock = threading.Lock()

    def take_save(self) -> bool:
        """Compose anew; whether the page has something else to show."""
        before = self._digest, self.problems, self.source
        self.source = self._read()
        try:
            composed: Composed | None = self.means.compose()
            problems: tuple[Problem, ...] = ()
        except Exception as error:
            composed, problems = None, self._told(error)
        self.problems = problems
        if composed is not None and composed.letter.digest != self._digest:
            self.composed = composed
        changed = before != (self._digest, self.problems, self.source)
        self._saves += changed
        return changed

    def ask_readers(self) -> bool:
        """Choose anew whom the letter can be shown as; whether that changed anything.

        A save meanwhile ends it: the next one asks again.
        """
        before, save = (self.choices, self.silence), self._saves
        try:
            composed = self.means.compose()  # a letter of its own: asking everybody holds nobody up
            readers = takewhile(lambda _: save == self._saves, self.means.readers(composed))
            choices = choose_readers(composed.letter, readers, self.means.stranger())
            if save == self._saves:
                self.choices, self.silence = choices, ""
        except Problems:  # the page says already what is wrong with the article
            return False
        except NewsletterError as error:
            self.silence = str(error)
        return before != (self.choices, self.silence)

    def end(self) -> None:
        """Let nobody be asked any more."""
        self._saves += 1

    def look(self, key: str) -> Look:
        """The letter as the reader called *key* sees it: the newest that can be written."""
        choice, composed = self.choices.get(key), self.composed
        if composed is None:
            return Look(choice, None, None, self.problems)
        problems = self.problems
        with self._lock:
            try:
                self._good[choice.reader] = composed, composed.letter.view(choice.reader)
            except NewsletterError as error:
                problems = (*problems, *self._told(error))
            made, view = self._good.get(choice.reader, (None, None))
        return Look(choice, made, view, problems)

    def findings(self, look: Look) -> Sequence[Finding]:
        """What the checks say of the letter that is shown."""
        if look.composed is None or look.view is None:
            return ()
        with self._lock:
            known, found = self._found.get(look.choice.reader, (None, ()))
            if known != look.view:
                found = self.means.judge(look.composed, look.choice.reader)
                self._found[look.choice.reader] = look.view, found
        return found

    @property
    def name(self) -> str:
        """The article as every message names it."""
        path, root = self.means.article.resolve(), self.means.root.resolve()
        return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)

    @property
    def _digest(self) -> str:
        return self.composed.letter.digest if self.composed is not None else ""

    def _read(self) -> str:
        try:
            return self.means.article.read_text(encoding="utf-8-sig", errors="replace")
        except OSError:  # compose says what is wrong with the file
            return ""

    def _told(self, error: Exception) -> tuple[Problem, ...]:
        if isinstance(error, Problems):
            return error.problems
        if isinstance(error, MergeProblem):
            return (error.problem,)
        if isinstance(error, NewsletterError):
            return (Problem(self.name, None, str(error), CURE),)
        if isinstance(error, OSError) and error.filename is not None:
            return (Problem(str(error.filename), None, str(error.strerror), CURE),)
        log.error("the letter cannot be made", exc_info=error)
        what = f"the letter cannot be made ({type(error).__name__}: {error})"
        return (
            Problem(self.name, None, what, "take the last change back; the terminal says more"),
        )
