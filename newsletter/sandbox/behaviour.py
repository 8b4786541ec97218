"""This module says how the sandbox decides where SendGrid documents nothing or promises little."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Behaviour:
    """Each setting is one of SendGrid's open questions, answered the cautious way."""

    slots: int = 10
    """How many batches may be cancelled or paused at one time."""
    late_stops: bool = False
    """Whether a cancel or pause works later than ten minutes before the send time."""
    late_arrivals_discarded: bool = True
    """Whether mail that comes under an already stopped batch is stopped too."""
    credits: int = 10_000_000
    """How many mails the account may send in all."""
    largest: int = 30_000_000
    """Bodies with more bytes are 413; SendGrid's limit is 30 MB."""
    answer_seconds: float = 0.0
    """How long a mail/send takes at least, on the computer's clock, as over a long line."""
    event_copies: int = 1
    """How often each post of events comes; SendGrid's do come twice at times."""
    evidence_seconds: int = 0
    """How far the Email Logs lag behind, on the sandbox's clock."""
    missing_scopes: tuple[str, ...] = ()
    """What the key may not do, as a restricted key: 403."""
    domain: str = "valid"
    """The sender's domain: valid, invalid (set up, its DNS is wrong) or missing."""
    branded_links: bool = True
