"""This module knows who is typing, for the log of a campaign."""

import getpass
import os
import time

from newsletter.campaign import Entry, record
from newsletter.store import Store


def person() -> str:
    """The name in NEWSLETTER_USER, else the account on this computer."""
    return os.environ.get("NEWSLETTER_USER", "").strip() or _account()


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's number without a name
        return f"user {os.getuid()}"


def write_down(store: Store, campaign_id: int, what: str, detail: str = "") -> None:
    """Append to the campaign's log what this person does now."""
    with store.write() as connection:
        record(connection, campaign_id, Entry(int(time.time()), person(), what, detail))
