"""This module splits a template in two times: what is known now, and what each reader will say.

The tree of every template is rewritten as Jinja reads it. An output that mentions the reader becomes
a call that leaves a placeholder; the test of an {% if %} that mentions the reader becomes a question.
Parts of such an expression that do not mention the reader are evaluated at once and held as constants,
so that loop variables are right. Whatever else mentions the reader is refused (refusals.py).
"""

import secrets
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import CodeType, SimpleNamespace
from typing import Any

from jinja2 import (
    BaseLoader,
    StrictUndefined,
    Template,
    TemplateNotFound,
    nodes,
    select_autoescape,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from newsletter.config import Clinic
from newsletter.errors import Problem, Problems
from newsletter.letter.refusals import Refusal, mentions_reader, refusals
from newsletter.letter.words import Words

Where = Callable[[str, int], tuple[str, int]]
"""From a template's name and line to the file and line a person knows."""

READER_ONLY = "reader"
NOTHING = nodes.Const("")
LINE_MARK = "\ue000{}\ue001"
LOAD = "load"
PLAIN = frozenset({SimpleNamespace, Clinic, Words})
"""What templates know besides tables; what stands in a field of these is harmless."""
KEPT = 128
"""Templates that stay read: those of several letters, with what was saved last."""


@dataclass(frozen=True)
class Site:
    """One expression that mentions the reader, as it stands in a file."""

    expression: nodes.Expr
    path: str
    line: int
    defaulted: bool
    """Whether an empty value was thought of: default(…, true), or, an inline if."""
    emptied: bool
    """Whether it may stay empty, as default("", true) says: good for a part of a link and nothing else."""
    encoded: bool
    """Whether it ends in | urlencode, so that a link needs no second encoding."""
    words: str
    """What makes two expressions the same; compiling one may change its nodes."""


@dataclass(frozen=True)
class Held:
    """An expression and the values it captured while the letter was composed."""

    site: Site
    captured: tuple[Any, ...]

    @property
    def key(self) -> tuple[Any, ...]:
        return (self.site.words, self.site.encoded, tuple(map(_identity, self.captured)))


def _identity(value: Any) -> Any:
    return (
        (type(value), value) if isinstance(value, str | int | float | bool | None) else repr(value)
    )


def plainly(value: Any) -> Any:
    """How a value is written: nothing for None, a list with commas."""
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, tuple | list) else value


@dataclass(frozen=True)
class Refused(Exception):
    """What a template says of the reader and must not, each with its line."""

    refusals: tuple[Refusal, ...]


class Sandbox(ImmutableSandboxedEnvironment):
    """How every template of a letter is read and run."""

    intercepted_binops = frozenset(["*", "**"])  # "x" * 10**9 would eat the computer

    def __init__(self, loader: BaseLoader | None = None) -> None:
        super().__init__(
            loader=loader,
            undefined=StrictUndefined,
            autoescape=select_autoescape(["mjml"], default_for_string=False),
            finalize=plainly,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            extensions=["jinja2.ext.do"],
        )

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is dict and attribute in obj:  # tokens: a letter asks for hundreds of them
            return obj[attribute]
        if type(obj) in PLAIN and attribute in vars(obj):
            return vars(obj)[attribute]
        return super().getattr(obj, attribute)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if (
            isinstance(left, str | list | tuple)
            or isinstance(right, str | list | tuple)
            or operator == "**"
        ):
            raise TypeError(f"{operator} is only for numbers")
        return super().call_binop(context, operator, left, right)


STAGING = Sandbox()


@dataclass(frozen=True)
class Piece:
    """A template as it runs, and what it holds back; the paths of its *sites* are names of templates."""

    code: CodeType
    sites: tuple[Site, ...]


@lru_cache(maxsize=KEPT)
def staged(name: str, source: str) -> Piece:
    """The template *name*, read once for as long as it says the same; raises Refused or TemplateSyntaxError."""
    tree = STAGING.parse(source, name, name)
    wrong = tuple(sorted(set(refusals(tree))))
    if wrong:
        raise Refused(wrong)
    sites: list[Site] = []
    for output in list(tree.find_all(nodes.Output)):
        output.nodes = [
            _call("_hold", part, name, sites) if mentions_reader(part) else part
            for part in output.nodes
        ]
    for condition in list(tree.find_all(nodes.If)):
        if isinstance(condition.test, nodes.Expr) and mentions_reader(condition.test):
            condition.test = _call("_ask", condition.test, name, sites)
    if name.endswith(".mjml"):
        _mark_lines(tree, name)
    tree.set_environment(STAGING)
    return Piece(STAGING.compile(tree, name, name), tuple(sites))


def _call(function: str, expression: nodes.Expr, name: str, sites: list[Site]) -> nodes.Expr:
    """In place of *expression* a call that names its site, with the values that it captures."""
    captured: list[nodes.Expr] = []
    line = expression.lineno
    bare = _capture(expression, captured)
    arguments = [nodes.Const(name), nodes.Const(len(sites)), *captured]
    thought, emptied = thought_of(bare), left_empty(bare)
    sites.append(Site(bare, name, line, thought, emptied, _ends_encoded(bare), repr(bare)))
    call = nodes.Call(nodes.Name(function, LOAD), arguments, [], None, None)
    call.set_lineno(line, override=True)
    return call


class Source(BaseLoader):
    """Templates by name: those of the edition first, then the files; *sites* has those of each that was read."""

    def __init__(
        self, own: Mapping[str, str], read: Callable[[str], str | None], where: Where
    ) -> None:
        self.own = own
        self.read = read
        self.where = where
        self.sites: dict[str, list[Site]] = {}

    def load(
        self,
        environment: Any,
        name: str,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 (Jinja's name)
    ) -> Template:
        source = self.own[name] if name in self.own else self.read(name)
        if source is None:
            raise TemplateNotFound(name)
        try:
            piece = staged(name, source)
        except Refused as error:
            raise Problems(
                Problem(*self.where(name, line), what, cure) for line, what, cure in error.refusals
            ) from None
        self.sites[name] = [self._in_a_file(site) for site in piece.sites]
        return Template.from_code(environment, piece.code, globals or {})

    def _in_a_file(self, site: Site) -> Site:
        path, line = self.where(site.path, site.line)
        return replace(site, path=path, line=line)


class Staged(Sandbox):
    """The environment of the first time of rendering: it holds back what readers decide.

    *hold* is called with a Held for a value and returns what to write in its place, *ask* is called
    with a Held for a condition and returns the answer; both are set by whoever renders.
    """

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.hold: Callable[[Held], str] = _nobody
        self.ask: Callable[[Held], bool] = _nobody
        self.globals["_hold"] = lambda name, site, *captured: self.hold(
            Held(source.sites[name][site], captured)
        )
        self.globals["_ask"] = lambda name, site, *captured: self.ask(
            Held(source.sites[name][site], captured)
        )


def _nobody(_held: Held) -> Any:
    raise RuntimeError("nobody renders")


def _capture(node: Any, captured: list[nodes.Expr]) -> Any:
    """Replace each largest part that does not mention the reader by a constant to be."""
    if isinstance(node, nodes.Expr) and not mentions_reader(node):
        if isinstance(node, nodes.Const):
            return node
        captured.append(node)
        return nodes.Name(f"held{len(captured) - 1}", LOAD).set_lineno(node.lineno)
    for field in node.fields:
        child = getattr(node, field)
        if isinstance(child, list):
            setattr(
                node,
                field,
                [
                    _capture(item, captured) if isinstance(item, nodes.Node) else item
                    for item in child
                ],
            )
        elif isinstance(child, nodes.Node):
            setattr(node, field, _capture(child, captured))
    return node


def thought_of(expression: nodes.Expr) -> bool:
    """Whether *expression* says what to write for an empty value."""
    kinds = (nodes.CondExpr, nodes.Or, nodes.Filter)
    return any(map(_says_what, (expression, *expression.find_all(kinds))))


def _says_what(part: nodes.Node) -> bool:
    if isinstance(part, nodes.Or):
        return not _is_empty(part.right)
    default = _default(part)
    return isinstance(part, nodes.CondExpr) or (default is not None and not _is_empty(default))


def left_empty(expression: nodes.Expr) -> bool:
    """Whether *expression* has a default that is itself empty."""
    defaults = map(_default, (expression, *expression.find_all(nodes.Filter)))
    return any(default is not None and _is_empty(default) for default in defaults)


def _default(part: nodes.Node) -> nodes.Expr | None:
    """What default(…, true) writes; without true it never does, as no field of a reader is undefined."""
    if not isinstance(part, nodes.Filter) or part.name not in {"default", "d"}:
        return None
    given = dict(zip(("default_value", "boolean"), part.args, strict=False))
    given |= {str(pair.key): pair.value for pair in part.kwargs}
    if _is_empty(given.get("boolean", NOTHING)):
        return None
    return given.get("default_value", NOTHING)


def _is_empty(value: nodes.Expr) -> bool:
    return isinstance(value, nodes.Const) and not value.value


def _ends_encoded(expression: nodes.Expr) -> bool:
    return isinstance(expression, nodes.Filter) and expression.name == "urlencode"


def _mark_lines(tree: nodes.Template, name: str) -> None:
    """Leave a trace of file and line in the output, so that errors of MJML can name them."""
    for data in tree.find_all(nodes.TemplateData):
        rows = data.data.split("\n")
        marked = (
            LINE_MARK.format(f"{name}:{data.lineno + step}") + row for step, row in enumerate(rows)
        )
        data.data = "\n".join(marked)


class Nonce:
    """The words that stand for fields: letters and digits only, guessed by nobody, ended by a mark."""

    def __init__(self) -> None:
        self.letters = "mf" + secrets.token_hex(6)

    def word(self, number: int, place: str) -> str:
        return f"{self.letters}x{number}{place}q"

    def pattern(self) -> str:
        return rf"{self.letters}x(\d+)([a-z])q"


def numbered(helds: Iterable[Held]) -> dict[tuple[Any, ...], int]:
    """Each distinct expression with its number, in the order of first use."""
    numbers: dict[tuple[Any, ...], int] = {}
    for held in helds:
        numbers.setdefault(held.key, len(numbers))
    return numbers
