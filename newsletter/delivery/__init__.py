"""This room hands campaigns to SendGrid; all that knows SendGrid is here."""

from newsletter.delivery.account import Account, Patience, TooLate
from newsletter.delivery.dispatch import Manner, dispatch
from newsletter.delivery.events import read_events
from newsletter.delivery.lock import look_after
from newsletter.delivery.payload import envelope, list_unsubscribe, unsubscribe_tag
from newsletter.delivery.schedule import Schedule, TooEarly, schedule, undo_until
from newsletter.delivery.suppressions import download_suppressions
from newsletter.delivery.trial import post_trial
from newsletter.delivery.undo import UndoResult, undo
from newsletter.delivery.webhook import Forged, Signer, connect_webhook

__all__ = [
    "Account",
    "Forged",
    "Manner",
    "Patience",
    "Schedule",
    "Signer",
    "TooEarly",
    "TooLate",
    "UndoResult",
    "connect_webhook",
    "dispatch",
    "download_suppressions",
    "envelope",
    "list_unsubscribe",
    "look_after",
    "post_trial",
    "read_events",
    "schedule",
    "undo",
    "undo_until",
    "unsubscribe_tag",
]
