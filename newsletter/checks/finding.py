"""This module says what a finding is."""

from collections.abc import Iterable
from dataclasses import dataclass

SEVERITIES = ("error", "warning", "info", "not verified")


@dataclass(frozen=True)
class Finding:
    """What one rule has to say: a sentence, its cure, and the file and line it speaks of."""

    rule: str
    severity: str
    sentence: str
    cure: str
    path: str
    line: int | None = None

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else self.path
        return f"{self.severity}: {where}: {self.sentence}; {self.cure} ({self.rule})"


def errors(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that keep a letter from being sent."""
    return [finding for finding in findings if finding.severity == "error"]
