"""This module says what an edition is: an article that was read and understood."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

DETAILS = (
    "kicker",
    "kind",
    "release",
    "author",
    "credentials",
    "reviewed_by",
    "reviewed_on",
    "website",
    "place",
    "date",
    "hero",
    "hero_alt",
    "hero_caption",
    "starts",
    "ends",
    "where",
    "price",
)
"""What an article may say beside its words; empty where it does not."""


@dataclass(frozen=True)
class Edition:
    """An article as it stands in a file; *body* and the lines are Jinja and Markdown, not yet rendered."""

    path: Path
    name: str
    """The path from the project folder, as every message and record names it."""
    id: str
    title: str
    subject: str
    preheader: str
    template: str
    language: str
    audience: tuple[str, ...]
    details: Mapping[str, str]
    body: str
    body_line: int
    lines: Mapping[str, int]
    digest: str
    """SHA-256 of the file and the pictures it shows."""
    allow: Mapping[str, str] = field(default_factory=dict)
    """Findings that are accepted: a rule's name, and why it is right here."""

    @property
    def is_promo(self) -> bool:
        """Whether it is an offer or advertisement."""
        return self.details.get("kind", "").lower() == "promo"
