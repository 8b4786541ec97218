"""This module refuses, by looking at the tree, what could only be silently wrong for a reader."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from jinja2 import nodes
from jinja2.filters import FILTERS as JINJA_FILTERS
from jinja2.tests import TESTS as JINJA_TESTS

from newsletter.letter.reader import READER_FIELDS

FILTERS = {
    "safe": "a reader's value is never HTML; leave | safe out",
    "escape": "the place where a value stands decides its spelling; leave the filter out",
    "e": "the place where a value stands decides its spelling; leave the filter out",
    "forceescape": "the place where a value stands decides its spelling; leave the filter out",
    "tojson": "write the value alone",
    "urlize": "write the link in Markdown: [label](https://…)",
    "xmlattr": 'write the attribute out: name="{{ … }}"',
    "attr": f"write reader.NAME with a NAME of {', '.join(READER_FIELDS)}",
    "pprint": "write the value alone",
}
"""Filters that spoil a reader's value, and what to write in their place."""

Refusal = tuple[int, str, str]
Found = Mapping[type[nodes.Node], Sequence[Any]]
"""The nodes of a tree by their kind, found in one walk."""


def mentions_reader(node: nodes.Node) -> bool:
    """Whether *node* names the reader anywhere below."""
    if isinstance(node, nodes.Name):
        return node.name == "reader"
    return any(name.name == "reader" for name in node.find_all(nodes.Name))


def refusals(tree: nodes.Node) -> Iterator[Refusal]:
    """Line, what is wrong and what would be right, for everything in *tree* that is refused."""
    found: defaultdict[type[nodes.Node], list[Any]] = defaultdict(list)
    for node in tree.find_all(nodes.Node):
        found[type(node)].append(node)
    yield from _in_statements(found)
    yield from _names(found)
    for attribute in found[nodes.Getattr]:
        yield from _unknown_field(attribute)
    for item in found[nodes.Getitem]:
        if _is_reader(item.node):
            what = "reader[…] is not known before the letter is sent"
            yield item.lineno, what, "write reader.NAME"
    for call in found[nodes.Call]:
        yield from _called_with_reader(call)
    for asked in found[nodes.Test]:
        yield from _unknown(asked.name, "test", JINJA_TESTS, asked.lineno)
    for applied in found[nodes.Filter]:
        yield from _unknown(applied.name, "filter", JINJA_FILTERS, applied.lineno)
        if applied.name in FILTERS and applied.node is not None and mentions_reader(applied.node):
            yield applied.lineno, f"| {applied.name} on a reader's value", FILTERS[applied.name]


def _unknown(name: str, kind: str, known: Collection[str], line: int) -> Iterator[Refusal]:
    if name in known:
        return
    near = get_close_matches(name, known, n=1)
    cure = f"did you mean {near[0]}?" if near else f"leave it out, or take a {kind} of Jinja's"
    yield line, f"there is no {kind} {name}", cure


def _in_statements(found: Found) -> Iterator[Refusal]:
    for kind, parts, what, cure in STATEMENTS:
        for statement in found[kind]:
            if any(mentions_reader(part) for part in _parts(statement, parts)):
                yield statement.lineno, what, cure


def _names(found: Found) -> Iterator[Refusal]:
    asked = {id(owner.node) for kind in (nodes.Getattr, nodes.Getitem) for owner in found[kind]}
    for name in found[nodes.Name]:
        if name.name != "reader":
            continue
        if name.ctx != "load":
            what = "reader is the reader and cannot name something else"
            yield name.lineno, what, "take another name"
        elif id(name) not in asked:
            known = ", ".join(READER_FIELDS)
            yield name.lineno, "reader stands alone", f"write reader.NAME with a NAME of {known}"


STATEMENTS: tuple[tuple[type[nodes.Node], tuple[str, ...], str, str], ...] = (
    (nodes.Assign, ("node",), "reader in {% set %}", "use {{ reader.… }} or {% if reader.… %} where the value is needed"),
    (nodes.AssignBlock, ("body", "filter"), "reader in {% set %}", "use {{ reader.… }} or {% if reader.… %} where the value is needed"),
    (nodes.With, ("values",), "reader in {% with %}", "use {{ reader.… }} where the value is needed"),
    (nodes.For, ("iter", "test"), "a loop over reader", "write the values in one expression, as {{ reader.tags | join(', ') }}"),
    (nodes.ExprStmt, ("node",), "reader in {% do %}", "use {{ reader.… }} where the value is needed"),
    (nodes.Macro, ("body", "defaults"), "reader in a macro", "write the part where it is needed, or put it into a file and include that"),
    (nodes.CallBlock, ("call", "body"), "reader in a call of a macro", "write the part where it is needed, or put it into a file and include that"),
    (nodes.FilterBlock, ("body", "filter"), "reader in a {% filter %} block", "put the filter behind the value: {{ reader.… | filter }}"),
    (nodes.Include, ("template",), "reader in the name of an included file", "use {% if reader.… %} around two includes"),
    (nodes.Import, ("template",), "reader in the name of an imported file", "name the file itself"),
    (nodes.FromImport, ("template",), "reader in the name of an imported file", "name the file itself"),
    (nodes.Extends, ("template",), "reader in the name of an extended file", "name the file itself"),
)  # fmt: skip


def _parts(statement: nodes.Node, names: tuple[str, ...]) -> Iterator[nodes.Node]:
    for name in names:
        part = getattr(statement, name)
        yield from part if isinstance(part, list) else [part] if part is not None else []


def _is_reader(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and node.name == "reader"


def _unknown_field(attribute: nodes.Getattr) -> Iterator[Refusal]:
    if not _is_reader(attribute.node) or attribute.attr in READER_FIELDS:
        return
    near = get_close_matches(attribute.attr, READER_FIELDS, n=1)
    cure = f"did you mean reader.{near[0]}?" if near else f"known are {', '.join(READER_FIELDS)}"
    yield attribute.lineno, f"reader.{attribute.attr} is unknown", cure


def _called_with_reader(call: nodes.Call) -> Iterator[Refusal]:
    """A macro runs once, before any reader is known; methods of values are fine."""
    root = call.node
    while isinstance(root, nodes.Getattr | nodes.Getitem):
        root = root.node
    given = [*call.args, *call.kwargs, *filter(None, (call.dyn_args, call.dyn_kwargs))]
    if isinstance(root, nodes.Name) and root.name != "reader" and any(map(mentions_reader, given)):
        yield (
            call.lineno,
            f"{root.name}(…) is called with reader",
            "write the part where it is needed",
        )
