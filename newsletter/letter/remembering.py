"""This module remembers what came out for one reader, for all who are alike in the fields that were looked at."""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import TypeVar

from jinja2 import nodes

from newsletter.letter.reader import Reader

MOST = 5_000
"""Remembered for one expression; then it begins anew, for names and cities come back soon."""

Value = TypeVar("Value")


def remembered(
    work: Callable[[Reader], Value], fields: Sequence[str] | None
) -> Callable[[Reader], Value]:
    """*work*, done once for readers with the same *fields*; None where nothing may be remembered."""
    if fields is None:
        return work
    known: dict[object, Value] = {}
    key_of: Callable[[Reader], object] = attrgetter(*fields) if fields else lambda _reader: None

    def of(reader: Reader) -> Value:
        key = key_of(reader)
        try:
            return known[key]
        except KeyError:
            if len(known) >= MOST:
                known.clear()
            known[key] = made = work(reader)
            return made

    return of


def fields_of(tree: nodes.Node) -> tuple[str, ...] | None:
    """The fields of the reader that *tree* looks at; None where it may come out differently all the same."""
    if any(node.name == "random" for node in _all(tree, nodes.Filter)):
        return None
    if not all(_of_reader(call.node) for call in _all(tree, nodes.Call)):
        return None
    return tuple(sorted({node.attr for node in _all(tree, nodes.Getattr) if _is_reader(node.node)}))


Kind = TypeVar("Kind", bound=nodes.Node)


def _all(tree: nodes.Node, kind: type[Kind]) -> list[Kind]:
    """Every *kind* in *tree*, itself too."""
    return [*([tree] if isinstance(tree, kind) else []), *tree.find_all(kind)]


def _of_reader(node: nodes.Node) -> bool:
    """Whether *node* is the reader, or something of theirs."""
    while isinstance(node, nodes.Getattr | nodes.Getitem | nodes.Call | nodes.Filter):
        if node.node is None:
            return False
        node = node.node
    return _is_reader(node)


def _is_reader(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and node.name == "reader"
