"""This room defines every table and opens the store."""

from newsletter.store.columns import metadata, widen
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
from newsletter.store.opening import Address, Store, open_store, remove_store
from newsletter.store.people import (
    CONSENTS,
    STANDINGS,
    change,
    consent_log,
    list_row,
    source,
    subscriber,
    suppression,
)

__all__ = [
    "ATTEMPT_STATES",
    "CONSENTS",
    "REQUEST_STATES",
    "STANDINGS",
    "Address",
    "Store",
    "attempt",
    "campaign",
    "change",
    "consent_log",
    "list_row",
    "metadata",
    "open_store",
    "picture",
    "recipient",
    "refuse_shared_folder",
    "remove_store",
    "request",
    "source",
    "subscriber",
    "suppression",
    "variant",
    "wave",
]

widen(metadata)
