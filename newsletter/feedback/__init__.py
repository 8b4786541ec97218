"""This room takes in what comes home: who left, what bounced, who complained."""

from newsletter.feedback.events import Event, Taken, take_in
from newsletter.feedback.settling import (
    LEFT,
    settle_accepted,
    settle_unknown_by_events,
    stopped_too_late,
)
from newsletter.feedback.suppress import Suppression, suppress
from newsletter.feedback.tally import Tally, tally

__all__ = [
    "LEFT",
    "Event",
    "Suppression",
    "Taken",
    "Tally",
    "settle_accepted",
    "settle_unknown_by_events",
    "stopped_too_late",
    "suppress",
    "take_in",
    "tally",
]
