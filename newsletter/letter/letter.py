"""This module is the letter: variants with holes, and what fills them for each reader."""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import orjson
from jinja2 import nodes

from newsletter.edition import Edition
from newsletter.errors import Problem, Problems
from newsletter.letter.held import Expression
from newsletter.letter.mjml import to_html
from newsletter.letter.pictures import Picture
from newsletter.letter.places import COMPONENT, LINK, NEUTRAL, SPELLINGS, in_html, in_text, is_link
from newsletter.letter.reader import MergeProblem, Reader
from newsletter.letter.remembering import fields_of, remembered
from newsletter.letter.rendering import Rendered, Rendering
from newsletter.letter.staging import Held, Nonce
from newsletter.letter.subject import CURE, Subject
from newsletter.letter.tracking import Tracking

MOST_VARIANTS = 64
MOST_BYTES = 10_000
"""Of the substitutions of one person (SendGrid's mail/send specification)."""
LONGEST_LETTER = 4
"""Bytes of UTF-8."""


@dataclass(frozen=True)
class Variant:
    """One version of the letter, with placeholders where readers differ."""

    html: str
    text: str


@dataclass(frozen=True, slots=True)
class Personal:
    """What one reader gets: a variant's number, a subject, and a value for each placeholder, as JSON."""

    variant: int
    subject: str
    json: str

    @property
    def substitutions(self) -> Mapping[str, str]:
        found: dict[str, str] = orjson.loads(self.json)
        return found


@dataclass(frozen=True)
class View:
    """The letter as one reader sees it."""

    subject: str
    html: str
    text: str


@dataclass
class _Branch:
    """A question and where its answers lead; a leaf has a *number* in place of a question."""

    question: Callable[[Reader], bool] | None = None
    number: int | None = None
    answers: dict[bool, "_Branch"] = field(default_factory=dict)


@dataclass(frozen=True)
class _Compiled:
    variant: Variant
    fields: tuple[Callable[[Reader], str], ...]
    """Each writes one merge field: JSON of its words with their values."""


class Letter:
    """A composed letter; its variants are compiled as readers need them."""

    def __init__(
        self,
        edition: Edition,
        rendering: Rendering,
        subject: Subject,
        *,
        pictures: Sequence[Picture],
        unsubscribe_tag: str | None,
        digest: str,
        tracking: Tracking | None = None,
    ) -> None:
        self.edition = edition
        self.pictures = tuple(pictures)
        self.digest = digest
        self.compiled = 0
        self.components: frozenset[str] = frozenset()
        """The MJML tags of the variants that were compiled."""
        self._rendering = rendering
        self._subject = subject
        self._tag = unsubscribe_tag
        self._tracking = tracking
        self._nonce = Nonce()
        self._numbers: dict[object, int] = {}
        self._helds: list[Held] = []
        self._questions: dict[object, Expression] = {}
        self._root = _Branch()
        self._variants: list[_Compiled] = []

    def personalise(self, reader: Reader) -> Personal:
        """The letter for *reader*; raises MergeProblem, or Problems where a variant is wrong."""
        number = self._number(reader)
        json = "{" + ",".join([write(reader) for write in self._variants[number].fields]) + "}"
        self._refuse_excess(json)
        return Personal(number, self._harmless(self._subject.of(reader)), json)

    def _harmless(self, value: str) -> str:
        """What looks like the provider's tag must not be replaced by it."""
        if self._tag is None or self._tag not in value:
            return value
        return value.replace(self._tag, f"{self._tag[0]}\u200b{self._tag[1:]}")

    def variant(self, number: int) -> Variant:
        return self._variants[number].variant

    def view(self, reader: Reader) -> View:
        """Everything filled in, as SendGrid would."""
        personal = self.personalise(reader)
        variant = self.variant(personal.variant)
        html, text = (fill(part, personal.substitutions) for part in (variant.html, variant.text))
        return View(personal.subject, html, text)

    def _number(self, reader: Reader) -> int:
        branch: _Branch | None = self._root
        while branch is not None and branch.question is not None:
            branch = branch.answers.get(branch.question(reader))
        if branch is None or branch.number is None:
            return self._grow(reader)
        return branch.number

    def _grow(self, reader: Reader) -> int:
        path: dict[object, bool] = {}

        def ask(held: Held) -> bool:
            if held.key not in path:
                path[held.key] = yes(self._question(held), reader)
            return path[held.key]

        rendered = self._rendering.render(self._hold, ask)
        number = len(self._variants)
        if number == MOST_VARIANTS:
            raise Problems(self._too_many())
        self._variants.append(self._compile(rendered))
        branch = self._root
        for key, answer in path.items():
            branch.question = asked(self._questions[key])
            branch = branch.answers.setdefault(answer, _Branch())
        branch.number = number
        return number

    def _question(self, held: Held) -> Expression:
        if held.key not in self._questions:
            self._questions[held.key] = Expression(held, asks=True)
        return self._questions[held.key]

    def _too_many(self) -> list[Problem]:
        sites = {(q.site.path, q.site.line) for q in self._questions.values()}
        what = f"the conditions on readers make more than {MOST_VARIANTS} different letters"
        return [
            Problem(path, line, what, "ask fewer questions, or ask them inside {{ … }}")
            for path, line in sites
        ]

    def _hold(self, held: Held) -> str:
        if self._tag is not None and _is_unsubscribe(held):
            return self._provider_word
        number = self._numbers.setdefault(held.key, len(self._helds))
        if number == len(self._helds):
            self._helds.append(held)
        return self._nonce.word(number, NEUTRAL)

    @property
    def _provider_word(self) -> str:
        return f"{self._nonce.letters}xunsubscribeq"

    def _compile(self, rendered: Rendered) -> _Compiled:
        if self._tracking is not None:
            rendered = self._tracking.tag(rendered)
        where = self._rendering.where
        compiled = to_html(
            rendered.mjml, lambda line: where(*rendered.lines[min(line, len(rendered.lines)) - 1])
        )
        self.compiled += 1
        self.components |= set(re.findall(r"<(mj[\w-]*)", rendered.mjml))
        self._refuse_loss(rendered.mjml, compiled)
        html, problems = in_html(compiled, self._nonce, self._in_style)
        if problems:
            raise Problems(set(problems))
        text = in_text(rendered.text, self._nonce)
        places: dict[int, set[tuple[str, str]]] = defaultdict(set)
        for number, place in re.findall(self._nonce.pattern(), html + text):
            places[int(number)].add((place, self._nonce.word(int(number), place)))
        fields = tuple(
            self._field(self._helds[number], sorted(places[number])) for number in sorted(places)
        )
        return _Compiled(Variant(self._with_tag(html), self._with_tag(text)), fields)

    def _field(self, held: Held, places: Sequence[tuple[str, str]]) -> Callable[[Reader], str]:
        """What writes one merge field in all its *places*, each a spelling and the word it stands for."""
        expression = Expression(held)

        def write(reader: Reader) -> str:
            value = expression.value(reader)
            spelled = {}
            for place, word in places:
                if not value or place == LINK:
                    _refuse_hole(held, value, place)
                spelled[word] = self._harmless(SPELLINGS[place](value, held.site.encoded))
            return orjson.dumps(spelled).decode()[1:-1]

        return remembered(write, fields_of(held.site.expression))

    def _with_tag(self, part: str) -> str:
        return part.replace(self._provider_word, self._tag or "")

    def _refuse_loss(self, mjml: str, compiled: str) -> None:
        """What went in must come out, in whatever number."""
        before, after = (set(re.findall(self._nonce.pattern(), part)) for part in (mjml, compiled))
        problems = [
            Problem(
                site.path,
                site.line,
                "a reader's value is lost here",
                "put it into the text of the letter",
            )
            for site in (self._helds[int(number)].site for number, _place in before - after)
        ]
        if problems:
            raise Problems(problems)

    def _in_style(self, number: int, what: str) -> Problem:
        site = self._helds[number].site
        return Problem(site.path, site.line, what, "use {% if reader.… %} around two versions")

    def _refuse_excess(self, json: str) -> None:
        if len(json) * LONGEST_LETTER <= MOST_BYTES:
            return
        substitutions: dict[str, str] = orjson.loads(json)
        size = sum(len(word) + len(value.encode()) for word, value in substitutions.items())
        if size > MOST_BYTES:
            what = f"one reader's values are {size:,} bytes; SendGrid takes {MOST_BYTES:,}"
            raise MergeProblem(
                Problem(self.edition.name, None, what, "use fewer or shorter merge fields")
            )


def asked(question: Expression) -> Callable[[Reader], bool]:
    """What answers *question* for each reader."""
    fields = fields_of(question.site.expression)
    return remembered(lambda reader: yes(question, reader), fields)


def yes(asked: Expression, reader: Reader) -> bool:
    """What *reader* answers; raises MergeProblem where that cannot be told."""
    return bool(asked.value(reader))


def fill(part: str, substitutions: Mapping[str, str]) -> str:
    """Put each value in the place of its word, once."""
    if not substitutions:
        return part
    pattern = re.compile("|".join(map(re.escape, substitutions)))
    return pattern.sub(lambda match: substitutions[match[0]], part)


def _is_unsubscribe(held: Held) -> bool:
    expression = held.site.expression
    return (
        isinstance(expression, nodes.Getattr)
        and expression.attr == "unsubscribe_url"
        and isinstance(expression.node, nodes.Name)
    )


def _refuse_hole(held: Held, value: str, place: str) -> None:
    site = held.site
    thought_of = site.defaulted or (site.emptied and place == COMPONENT)
    if not value and not thought_of:
        raise MergeProblem(Problem(site.path, site.line, "a reader's value is empty here", CURE))
    if place == LINK and not is_link(value):
        what = "a reader's value stands as a link here and is none"
        raise MergeProblem(
            Problem(
                site.path,
                site.line,
                what,
                "write the beginning of the link (https://…) before the value",
            )
        )
