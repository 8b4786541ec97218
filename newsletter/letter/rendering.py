"""This module renders the templates of a letter once, for one way of answering what they ask about a reader."""

import re
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from jinja2 import TemplateNotFound, TemplateSyntaxError

from newsletter.errors import NewsletterError, Problem, Problems
from newsletter.letter.staging import Held, Source, Staged
from newsletter.letter.syntax import said, said_of_name


@dataclass(frozen=True)
class Rendered:
    """MJML and text with neutral placeholders; *lines* has name and line of each line of the MJML."""

    mjml: str
    text: str
    lines: tuple[tuple[str, int], ...]


class Rendering:
    """The templates of one letter, and what they know."""

    def __init__(self, source: Source, template: str, context: Mapping[str, Any]) -> None:
        self.environment = Staged(source)
        self.where = source.where
        self.template = template
        self.context = dict(context)
        self.environment.globals.update(self.context)  # imported files know them too

    def render(self, hold: Callable[[Held], str], ask: Callable[[Held], bool]) -> Rendered:
        """Raises Problems where a template is wrong, MergeProblem where *ask* cannot tell."""
        self.environment.hold, self.environment.ask = hold, ask
        marked = self._render(f"{self.template}.mjml")
        text = self._render(f"{self.template}.txt")
        mjml, lines = _unmark(marked)
        return Rendered(mjml, _tidy(text), lines)

    def _render(self, name: str) -> str:
        with self._in_plain_words(name):
            return self.environment.get_template(name).render(self.context)

    @contextmanager
    def _in_plain_words(self, name: str) -> Iterator[None]:
        try:
            yield
        except NewsletterError:
            raise
        except TemplateNotFound as error:
            place = self._place(error, name)
            missing = f"templates/email/{error.name}"
            raise Problems(
                [Problem(*place, f"{missing} is missing", "name a file that is there")]
            ) from error
        except TemplateSyntaxError as error:
            place = self.where(error.name or name, error.lineno)
            raise Problems([Problem(*place, *said(error))]) from error
        except Exception as error:
            place = self._place(error, name)
            raise Problems([Problem(*place, *said_of_name(error))]) from error

    def _place(self, error: Exception, name: str) -> tuple[str, int]:
        own = [
            (frame.f_code.co_filename, line)
            for frame, line in traceback.walk_tb(error.__traceback__)
            if frame.f_code.co_filename.endswith((".mjml", ".txt", ".jinja"))
        ]
        return self.where(*own[-1]) if own else self.where(name, 1)


def _unmark(marked: str) -> tuple[str, tuple[tuple[str, int], ...]]:
    rows: list[str] = []
    lines: list[tuple[str, int]] = []
    place, known = "", ("", 1)
    for row in marked.split("\n"):
        words = row
        if "\ue000" in row:
            words, found = _unmarked_row(row)
            if found != place:
                name, _colon, line = found.rpartition(":")
                place, known = found, (name, int(line))
        rows.append(words)
        lines.append(known)
    return "\n".join(rows), tuple(lines)


def _unmarked_row(row: str) -> tuple[str, str]:
    """The words of *row*, and where the first of them was written."""
    words, *pieces = row.split("\ue000")
    place = ""
    for piece in pieces:
        mark, _end, said = piece.partition("\ue001")
        if not place or not words or words.isspace():
            place = mark
        words += said
    return words, place


def _tidy(text: str) -> str:
    """No white space at the ends of lines, one empty line between paragraphs."""
    rows = "\n".join(row.rstrip() for row in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", rows).strip() + "\n"
