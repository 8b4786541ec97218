"""This module notices mail of an edition that this store knows nothing of: another laptop, a restored backup."""

from datetime import UTC, datetime, timedelta

from newsletter.campaign import posted_for
from newsletter.delivery.account import Account
from newsletter.delivery.payload import category
from newsletter.edition import Edition
from newsletter.errors import NewsletterError
from newsletter.store import Store

LOOK_BACK = timedelta(days=90)


def refuse_unknown_traffic(store: Store, account: Account, edition: Edition) -> None:
    """Raise NewsletterError where SendGrid's statistics count more mail of the edition than this store handed over.

    Also raises what `Account.get` does, for a key that may not read statistics or a SendGrid that is away.
    Source: twilio.com/docs/sendgrid/api-reference/categories
    """
    sent = requests_of(account, category(edition))
    with store.read() as connection:
        known = posted_for(connection, edition.id)
    if sent > known:
        raise NewsletterError(
            f"SendGrid has had {sent:,} mails of this edition, and this store knows of {known:,}: it was sent from another "
            "computer, or this is an old copy of the store. Nothing was sent, so that nobody gets it twice. Go on where "
            "it was sent from, or add --anyway if you are sure"
        )


def requests_of(account: Account, name: str) -> int:
    """How many mails of the category *name* SendGrid was asked to send in the last three months."""
    since = datetime.fromtimestamp(account.now(), UTC) - LOOK_BACK
    days = account.get(
        "categories/stats", categories=name, start_date=f"{since:%Y-%m-%d}", aggregated_by="day"
    )
    return sum(
        int(one["metrics"].get("requests", 0)) for day in days for one in day.get("stats", ())
    )
