"""This module posts test mails: one reader's letter to one address, at once and outside the ledger."""

from dataclasses import replace

import orjson

from newsletter.config import Settings
from newsletter.delivery.account import Account
from newsletter.delivery.answers import ACCEPTED, UNKNOWN, in_words
from newsletter.delivery.payload import envelope, list_unsubscribe, root
from newsletter.errors import ServiceFailed
from newsletter.letter import Letter, Variant, View, address_of, with_addresses

TRIAL = "newsletter-test"
"""The category of test mails: they do not count as mail of the edition."""


def post_trial(
    account: Account,
    settings: Settings,
    letter: Letter,
    view: View,
    address: str,
    *,
    unsubscribe_url: str = "",
) -> None:
    """Send *view* to *address*, marked as a test; raises NewsletterError where SendGrid refuses."""
    inside = with_addresses(
        view.html, letter.pictures, address_of
    )  # not on the site before the freeze
    own = replace(envelope(settings, letter.edition), category=TRIAL)
    shared = root(own, Variant(inside, view.text), letter.pictures)
    person = {"to": [{"email": address}], "subject": f"[Test] {view.subject}"}
    if unsubscribe_url:
        person["headers"] = list_unsubscribe(unsubscribe_url)  # type: ignore[assignment]
    posted = account.post_mail(
        shared[:-1] + b',"personalizations":' + orjson.dumps([person]) + b"}"
    )
    if posted.outcome == UNKNOWN:
        raise ServiceFailed(
            f"the test may have been sent or not ({posted.words}); look into the mailbox before you try again"
        )
    if posted.outcome != ACCEPTED:
        raise in_words(posted.status or 0, posted.complaints)
