"""This module runs what was held back: all expressions of a variant for one reader, compiled once."""

from collections.abc import Callable, Sequence
from typing import Any

from jinja2 import StrictUndefined, Template, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from newsletter.errors import Problem
from newsletter.letter.reader import MergeProblem, Reader
from newsletter.letter.staging import Held, plainly

SEPARATOR = "\x1f"


class Reading(ImmutableSandboxedEnvironment):
    """The environment of the second time of rendering: expressions about one reader."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is Reader:  # only fields of the allow-list came through the refusals
            return getattr(obj, attribute)
        return super().getattr(obj, attribute)


READING = Reading(undefined=StrictUndefined, autoescape=False, finalize=plainly)


class Expressions:
    """Held expressions as one compiled template whose pieces are split at a separator."""

    def __init__(self, helds: Sequence[Held]) -> None:
        self.helds = tuple(helds)
        self.captured: dict[str, Any] = {}
        parts: list[nodes.Expr] = []
        for number, held in enumerate(self.helds):
            if number:
                parts.append(nodes.TemplateData(SEPARATOR))
            parts.append(self._own_names(held, number))
        tree = nodes.Template([nodes.Output(parts, lineno=1)], lineno=1)
        tree.set_environment(READING)
        code = READING.compile(tree, "held")
        template = Template.from_code(READING, code, READING.make_globals(self.captured))
        self.write = writer(template)
        self.singles: list[Expressions] = []

    def _own_names(self, held: Held, number: int) -> nodes.Expr:
        own: nodes.Expr = _renamed(held.site.expression, f"_{number}")
        for index, value in enumerate(held.captured):
            self.captured[f"held{index}_{number}"] = value
        return own

    def values(self, reader: Reader) -> list[str]:
        """The value of each expression; raises MergeProblem naming the first that fails."""
        if not self.helds:
            return []
        try:
            return self._values(reader)
        except Exception:  # one of them: find out which
            return [self._alone(number, reader) for number in range(len(self.helds))]

    def _values(self, reader: Reader) -> list[str]:
        pieces = self.write(reader).split(SEPARATOR)
        if len(pieces) != len(self.helds):
            raise ValueError("the value has a control character")
        return pieces

    def _alone(self, number: int, reader: Reader) -> str:
        if not self.singles:
            self.singles = [Expressions([held]) for held in self.helds]
        site = self.helds[number].site
        try:
            return self.singles[number]._values(reader)[0]
        except Exception as error:
            what = f"{{{{ … }}}} cannot be worked out for a reader ({error})"
            cure = 'say what to write then, for example with | default("…", true)'
            raise MergeProblem(Problem(site.path, site.line, what, cure)) from error


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


def _renamed(node: Any, suffix: str) -> Any:
    """A copy of the expression whose captured names end in *suffix*."""
    if not isinstance(node, nodes.Node):
        return node
    if isinstance(node, nodes.Name):
        name = node.name + suffix if node.name.startswith("held") else node.name
        return nodes.Name(name, node.ctx, lineno=node.lineno)
    values = []
    for field in node.fields:
        child = getattr(node, field)
        values.append(
            [_renamed(item, suffix) for item in child]
            if isinstance(child, list)
            else _renamed(child, suffix)
        )
    return type(node)(*values, lineno=node.lineno)
