"""This room takes in what comes home: who left, what bounced, who complained."""

from newsletter.feedback.events import Event, Taken, take_in
from newsletter.feedback.settling import settle_accepted, settle_unknown_by_events
from newsletter.feedback.suppress import Suppression, suppress
from newsletter.feedback.tally import Tally, tally

__all__ = [
    "Event",
    "Suppression",
    "Taken",
    "Tally",
    "settle_accepted",
    "settle_unknown_by_events",
    "suppress",
    "take_in",
    "tally",
]
