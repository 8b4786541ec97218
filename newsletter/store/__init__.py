"""This room defines every table and opens the store."""

from newsletter.store.columns import metadata
from newsletter.store.folders import refuse_shared_folder
from newsletter.store.ledger import (
    ATTEMPT_STATES,
    REQUEST_STATES,
    attempt,
    campaign,
    picture,
    recipient,
    request,
    variant,
    wave,
)
from newsletter.store.opening import Store, open_store
from newsletter.store.people import (
    CONSENTS,
    STANDINGS,
    change,
    consent_log,
    erasure,
    list_row,
    merge,
    reject,
    salt,
    source,
    subscriber,
    suppression,
)

__all__ = [
    "ATTEMPT_STATES",
    "CONSENTS",
    "REQUEST_STATES",
    "STANDINGS",
    "Store",
    "attempt",
    "campaign",
    "change",
    "consent_log",
    "erasure",
    "list_row",
    "merge",
    "metadata",
    "open_store",
    "picture",
    "recipient",
    "refuse_shared_folder",
    "reject",
    "request",
    "salt",
    "source",
    "subscriber",
    "suppression",
    "variant",
    "wave",
]
