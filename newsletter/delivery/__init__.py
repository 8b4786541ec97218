"""This room hands campaigns to SendGrid; all that knows SendGrid is here."""

from newsletter.delivery.account import Account, Patience, TooLate
from newsletter.delivery.dispatch import Manner, dispatch
from newsletter.delivery.lock import look_after
from newsletter.delivery.payload import envelope, list_unsubscribe, unsubscribe_tag
from newsletter.delivery.schedule import Schedule, TooEarly, schedule, undo_until
from newsletter.delivery.suppressions import download_suppressions
from newsletter.delivery.trial import post_trial
from newsletter.delivery.undo import UndoResult, undo

__all__ = [
    "Account",
    "Manner",
    "Patience",
    "Schedule",
    "TooEarly",
    "TooLate",
    "UndoResult",
    "dispatch",
    "download_suppressions",
    "envelope",
    "list_unsubscribe",
    "look_after",
    "post_trial",
    "schedule",
    "undo",
    "undo_until",
    "unsubscribe_tag",
]
