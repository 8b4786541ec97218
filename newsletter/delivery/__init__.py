"""This room hands campaigns to SendGrid; all that knows SendGrid is here."""

from newsletter.delivery.account import Account, Patience, TooLate
from newsletter.delivery.dispatch import Manner, dispatch
from newsletter.delivery.dns import Dns
from newsletter.delivery.elsewhere import refuse_unknown_traffic
from newsletter.delivery.events import read_events
from newsletter.delivery.evidence import settle_unknown_by_evidence
from newsletter.delivery.lock import look_after
from newsletter.delivery.opening import ToCome, due_at, to_come
from newsletter.delivery.pause import KEPT_SECONDS, held_since, pause, resume
from newsletter.delivery.payload import envelope, list_unsubscribe, unsubscribe_tag
from newsletter.delivery.schedule import (
    Schedule,
    TooEarly,
    last_send_at,
    leave,
    schedule,
    undo_until,
)
from newsletter.delivery.suppressions import download_suppressions
from newsletter.delivery.trial import post_trial
from newsletter.delivery.undo import UndoResult, refuse_too_late, undo
from newsletter.delivery.webhook import Forged, Signer, connect_webhook, disconnect_webhooks

__all__ = [
    "KEPT_SECONDS",
    "Account",
    "Dns",
    "Forged",
    "Manner",
    "Patience",
    "Schedule",
    "Signer",
    "ToCome",
    "TooEarly",
    "TooLate",
    "UndoResult",
    "connect_webhook",
    "disconnect_webhooks",
    "dispatch",
    "download_suppressions",
    "due_at",
    "envelope",
    "held_since",
    "last_send_at",
    "leave",
    "list_unsubscribe",
    "look_after",
    "pause",
    "post_trial",
    "read_events",
    "refuse_too_late",
    "refuse_unknown_traffic",
    "resume",
    "schedule",
    "settle_unknown_by_evidence",
    "to_come",
    "undo",
    "undo_until",
    "unsubscribe_tag",
]
