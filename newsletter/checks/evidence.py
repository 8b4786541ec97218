"""This module says what the world can tell about a letter: values that probes and the command line hand in."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from newsletter.errors import Problem


@dataclass(frozen=True)
class Unverified:
    """Why something could not be found out, and what would help. Never taken for good news."""

    why: str
    cure: str


@dataclass(frozen=True)
class Spam:
    """What SpamAssassin's local rules say: points, and the points and words of each rule."""

    score: float
    rules: Mapping[str, float]
    meanings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Violation:
    """What axe-core found in a browser: its rule, how bad, what it says, in which view and where."""

    rule: str
    impact: str
    help: str
    view: str
    html: str


@dataclass(frozen=True)
class Answer:
    """What a link answered: an HTTP status, or in words why there was none; *hops* counts redirects."""

    status: int = 0
    trouble: str = ""
    hops: int = 0


@dataclass(frozen=True)
class Records:
    """Which records of RFC 7208 (SPF), RFC 6376 (DKIM) and RFC 7489 (DMARC) the sender's domain has."""

    domain: str
    spf: bool
    dkim: bool
    dmarc: bool


@dataclass(frozen=True)
class Farewell:
    """What the unsubscribe page answered to a made-up link: the statuses of GET and of the one-click POST."""

    url: str
    get: int
    post: int
    asks_login: bool = False


@dataclass(frozen=True)
class Misspelling:
    """A word that is spelled wrongly, and what was probably meant."""

    word: str
    meant: str


@dataclass(frozen=True)
class Hole:
    """A value that cannot be written, and the readers whose it is."""

    problem: Problem
    who: tuple[str, ...]


@dataclass(frozen=True)
class People:
    """Who the letter would go to.

    *unconfirmed* have no consent, *unworded* no record of what they agreed to, which is asked
    for advertisements alone. *sources* has the words that say where each list comes from.
    """

    addresses: Collection[str]
    unconfirmed: tuple[str, ...] = ()
    unworded: int = 0
    sources: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Earlier:
    """A campaign that was sent: its edition, its subject and sender, how many got it and when it left."""

    number: int
    edition_id: str
    edition: str
    subject: str
    sender_name: str
    recipients: int
    left_at: int
    edited: bool = False


@dataclass(frozen=True)
class Evidence:
    """All that the world told. None was not asked; Unverified could not be told."""

    problems: tuple[Problem, ...] | None = None
    holes: tuple[Hole, ...] | None = None
    people: People | None = None
    earlier: tuple[Earlier, ...] | None = None
    """The newest first."""
    leaves_at: int | None = None
    looked_at: int | None = None
    """When the letter was looked at: before that it does not leave."""
    exchanges: Mapping[str, bool] | Unverified | None = None
    """For each domain of a recipient whether it takes mail."""
    reply_exchange: bool | Unverified | None = None
    records: Records | Unverified | None = None
    farewell: Farewell | Unverified | None = None
    links: Mapping[str, Answer] | Unverified | None = None
    spam: Spam | Unverified | None = None
    axe: tuple[Violation, ...] | Unverified | None = None
    spelling: tuple[Misspelling, ...] | Unverified | None = None
