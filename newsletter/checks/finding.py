"""This module says what a finding is."""

from collections.abc import Iterable
from dataclasses import dataclass

ERROR, WARNING, INFO, NOT_VERIFIED = "error", "warning", "info", "not verified"
SEVERITIES = (ERROR, WARNING, INFO, NOT_VERIFIED)
"""An error keeps a letter back, a warning needs a look, info is good to know; what could not be asked is not verified."""


@dataclass(frozen=True)
class Finding:
    """What one rule has to say: a sentence, its cure, and the file and line it speaks of.

    *who* are the addresses of the readers it concerns; *waived* is the reason why it is accepted.
    """

    rule: str
    severity: str
    sentence: str
    cure: str
    path: str
    line: int | None = None
    who: tuple[str, ...] = ()
    waived: str = ""

    @property
    def where(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path

    def __str__(self) -> str:
        return f"{self.severity}: {self.where}: {self.sentence}; {self.cure} ({self.rule})"


def errors(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that keep a letter from being sent."""
    return [finding for finding in findings if finding.severity == ERROR and not finding.waived]


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Each finding once: errors first, then by line."""
    return sorted(
        dict.fromkeys(findings),
        key=lambda finding: (SEVERITIES.index(finding.severity), finding.path, finding.line or 0),
    )
