"""This module writes the subject of one reader: plain Jinja, one line."""

from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError, UndefinedError, nodes

from newsletter.errors import Problem, Problems
from newsletter.letter.held import Reading, writer
from newsletter.letter.places import one_line
from newsletter.letter.reader import MergeProblem, Reader
from newsletter.letter.refusals import mentions_reader, refusals
from newsletter.letter.remembering import fields_of, remembered
from newsletter.letter.staging import plainly, thought_of
from newsletter.letter.syntax import said, said_of_name

CURE = 'say what to write then: {{ reader.… | default("…", true) }}'


class Hole(Exception):
    """A reader's value is empty and nothing says what to write then."""


def _filled(value: Any) -> Any:
    if plainly(value) == "":
        raise Hole("a reader's value is empty")
    return value


class Subject:
    """The subject of an edition, compiled once."""

    def __init__(self, source: str, path: str, line: int, context: Mapping[str, Any]) -> None:
        self.path, self.line = path, line
        self.environment = Reading(
            undefined=StrictUndefined, finalize=plainly, extensions=["jinja2.ext.do"]
        )
        self.environment.globals["_filled"] = _filled
        try:
            tree = self.environment.parse(source)
        except TemplateSyntaxError as error:
            raise Problems([Problem(path, line, *said(error))]) from error
        wrong = sorted(set(refusals(tree)))
        if wrong:
            raise Problems(Problem(path, line, what, cure) for _line, what, cure in wrong)
        fields = fields_of(tree)
        _refuse_holes(tree)
        code = self.environment.compile(tree, "subject")
        globals_ = self.environment.make_globals(dict(context))
        template = self.environment.template_class.from_code(self.environment, code, globals_)
        self.write = writer(template)
        self.of: Callable[[Reader], str] = remembered(self._render, fields)
        """The subject for a reader; raises MergeProblem where it cannot be written."""
        if not mentions_reader(tree):
            try:
                self.of(Reader())  # what is wrong for all is told at once
            except MergeProblem as error:
                raise Problems([error.problem]) from error

    def _render(self, reader: Reader) -> str:
        try:
            written = one_line(self.write(reader)).replace("<%", "<\u200b%")
        except UndefinedError as error:
            problem = Problem(self.path, self.line, *said_of_name(error))
            raise MergeProblem(problem) from error
        except Exception as error:
            raise MergeProblem(
                Problem(self.path, self.line, f"the subject cannot be written ({error})", CURE)
            ) from error
        if not written:
            raise MergeProblem(
                Problem(self.path, self.line, "the subject is empty for a reader", CURE)
            )
        return written


def _refuse_holes(tree: nodes.Template) -> None:
    for output in tree.find_all(nodes.Output):
        output.nodes = [_whole(part) for part in output.nodes]


def _whole(part: nodes.Expr) -> nodes.Expr:
    if not mentions_reader(part) or thought_of(part):
        return part
    call = nodes.Call(nodes.Name("_filled", "load"), [part], [], None, None)
    call.set_lineno(part.lineno, override=True)
    return call
