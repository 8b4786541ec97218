"""This module runs what was held back for one reader after another."""

from collections.abc import Callable
from functools import lru_cache
from types import CodeType
from typing import Any

from jinja2 import StrictUndefined, Template, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from newsletter.errors import Problem
from newsletter.letter.reader import MergeProblem, Reader
from newsletter.letter.staging import Held, plainly


class Reading(ImmutableSandboxedEnvironment):
    """The environment of the second time of rendering: expressions about one reader."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is Reader:  # only fields of the allow-list came through the refusals
            return getattr(obj, attribute)
        return super().getattr(obj, attribute)


READING = Reading(undefined=StrictUndefined, autoescape=False, finalize=plainly)


class Expression:
    """A held expression, ready to be worked out for one reader after another."""

    def __init__(self, held: Held, *, asks: bool = False) -> None:
        """Where it *asks*, its value is empty for no."""
        self.site = held.site
        captured = {f"held{index}": value for index, value in enumerate(held.captured)}
        code = _compiled(held.site.expression, asks)
        self.write = writer(Template.from_code(READING, code, READING.make_globals(captured)))

    def value(self, reader: Reader) -> str:
        """Raises MergeProblem where it cannot be told."""
        try:
            return self.write(reader)
        except Exception as error:
            what = f"{{{{ … }}}} cannot be worked out for a reader ({error})"
            cure = 'say what to write then, for example with | default("…", true)'
            raise MergeProblem(Problem(self.site.path, self.site.line, what, cure)) from error


@lru_cache(maxsize=1024)
def _compiled(expression: nodes.Expr, asks: bool) -> CodeType:
    """Kept by the very node, which stays the same for as long as its template does."""
    written = (
        nodes.CondExpr(expression, nodes.Const("1"), nodes.Const(""), lineno=expression.lineno)
        if asks
        else expression
    )
    tree = nodes.Template([nodes.Output([written], lineno=1)], lineno=1)
    tree.set_environment(READING)
    return READING.compile(tree, "held")


def writer(template: Template) -> Callable[[Reader], str]:
    """What writes *template* for one reader after another; not for several threads.

    One context serves all readers: making it anew costs more than the expressions themselves.
    """
    root, context = template.root_render_func, template.new_context({"reader": None})
    known = context.parent

    def write(reader: Reader) -> str:
        known["reader"] = reader
        return "".join(root(context))

    return write
