"""This room defines every table and opens the store."""

from newsletter.store.bulk import insert_lines, insert_many, insert_new, insert_numbers, tuples_of
from newsletter.store.columns import metadata, widen
from newsletter.store.events import EVENT_RANKS, OUTCOME_OF_RANK, event
from newsletter.store.folders import refuse_shared_folder
from newsletter.store.ledger import (
    ATTEMPT_STATES,
    REQUEST_STATES,
    approval,
    attempt,
    campaign,
    log_entry,
    picture,
    recipient,
    request,
    throttle,
    variant,
    wave,
)
from newsletter.store.opening import Address, Store, is_there, open_store, remove_store
from newsletter.store.people import (
    CONSENTS,
    SPELLING,
    STANDINGS,
    change,
    consent_log,
    erasure,
    list_row,
    merge,
    reject,
    rows_of,
    salt,
    source,
    subscriber,
    suppression,
)
from newsletter.store.sqlite import write_back

__all__ = [
    "ATTEMPT_STATES",
    "CONSENTS",
    "EVENT_RANKS",
    "OUTCOME_OF_RANK",
    "REQUEST_STATES",
    "SPELLING",
    "STANDINGS",
    "Address",
    "Store",
    "approval",
    "attempt",
    "campaign",
    "change",
    "consent_log",
    "erasure",
    "event",
    "insert_lines",
    "insert_many",
    "insert_new",
    "insert_numbers",
    "is_there",
    "list_row",
    "log_entry",
    "merge",
    "metadata",
    "open_store",
    "picture",
    "recipient",
    "refuse_shared_folder",
    "reject",
    "remove_store",
    "request",
    "rows_of",
    "salt",
    "source",
    "subscriber",
    "suppression",
    "throttle",
    "tuples_of",
    "variant",
    "wave",
    "write_back",
]

widen(metadata)
