"""This module says what a rule is: one small function from a draft to what is wrong with it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from newsletter.checks.evidence import Unverified
from newsletter.checks.finding import NOT_VERIFIED, Finding

if TYPE_CHECKING:
    from newsletter.checks.draft import Draft

SETTINGS = "newsletter.toml"
TEMPLATES = "templates/email"


@dataclass(frozen=True)
class Hit:
    """What a rule saw; without a *path* it speaks of the article, without a *severity* it is the rule's own."""

    sentence: str
    cure: str
    line: int | None = None
    path: str = ""
    severity: str = ""
    who: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """What must hold before a letter is sent.

    *severity* is the worst it says, *source* who asks for it. *needs* names the Evidence that it
    judges; a rule without it judges the letter alone.
    """

    id: str
    severity: str
    what: str
    source: str
    look: Callable[..., Iterator[Hit]]
    needs: str = ""

    def judge(self, draft: "Draft") -> Iterator[Finding]:
        """Its findings; none where its evidence was not asked for."""
        if not self.needs:
            yield from self.findings(self.look(draft), draft.edition.name)
            return
        evidence: Any = getattr(draft.evidence, self.needs)
        if isinstance(evidence, Unverified):
            yield Finding(self.id, NOT_VERIFIED, evidence.why, evidence.cure, draft.edition.name)
        elif evidence is not None:
            yield from self.findings(self.look(draft, evidence), draft.edition.name)

    def findings(self, hits: Iterator[Hit], name: str) -> Iterator[Finding]:
        """The *hits* as findings; *name* is the article's path."""
        for hit in hits:
            yield Finding(
                self.id,
                hit.severity or self.severity,
                hit.sentence,
                hit.cure,
                hit.path or name,
                hit.line,
                hit.who,
            )


def rule(
    id: str,  # noqa: A002  the word that people type
    severity: str,
    what: str,
    source: str,
    needs: str = "",
) -> Callable[[Callable[..., Iterator[Hit]]], Rule]:
    """Make a function the rule *id*."""

    def made(look: Callable[..., Iterator[Hit]]) -> Rule:
        return Rule(id, severity, what, source, look, needs)

    return made


def also_on(lines: Iterable[object]) -> str:
    """The other *lines* of a finding, for the end of its sentence."""
    named = ", ".join(map(str, lines))
    return f" (also on line {named})" if named else ""
