"""This module sets up SendGrid's event webhook, and checks that what comes over it is SendGrid's.

Source: twilio.com/docs/sendgrid/for-developers/tracking-events (Event Webhook security features): the
signature is ECDSA (P-256, SHA-256) over the timestamp and the raw body.
"""

import base64
import binascii
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from newsletter.config import Sending
from newsletter.delivery.account import Account
from newsletter.errors import NewsletterError

SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"
STALE_SECONDS = 86_400
"""SendGrid repeats for a day what was not taken, and does not say whether it signs anew; a repeat changes nothing.

As far ahead too: a computer whose clock is late would refuse everything, and what was refused for a day is lost."""
SETTINGS = "user/webhooks/event/settings"
ALWAYS = (
    "processed delivered deferred bounce dropped spam_report unsubscribe group_unsubscribe "
    "group_resubscribe"
).split()


class Forged(NewsletterError):
    """A post that is not SendGrid's, or is too old."""


@dataclass(frozen=True)
class Signer:
    """Who signs: SendGrid's public key, as its page and its API show it."""

    key: ec.EllipticCurvePublicKey

    @classmethod
    def read(cls, text: str) -> "Signer":
        """The key in *text* (base64); raises NewsletterError with the cure for what is none."""
        try:
            key = load_der_public_key(base64.b64decode(text, validate=True))
        except (ValueError, binascii.Error, UnsupportedAlgorithm) as error:
            raise _no_key() from error
        if not isinstance(key, ec.EllipticCurvePublicKey):
            raise _no_key()
        return cls(key)

    def check(self, body: bytes, signature: str, timestamp: str, now: int) -> None:
        """Raise Forged unless *body* was signed, within a day of *now*."""
        try:
            signed = base64.b64decode(signature, validate=True)
            self.key.verify(signed, timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
        except (ValueError, binascii.Error, InvalidSignature) as error:
            raise Forged("the signature is not SendGrid's") from error
        if not timestamp.isdecimal() or abs(now - int(timestamp)) > STALE_SECONDS:
            raise Forged("this was signed more than a day away from the clock of this computer")


def connect_webhook(account: Account, url: str, sending: Sending) -> str:
    """Let SendGrid post events to *url*, signed; the public key. The same again changes nothing.

    Raises NewsletterError where the account has no room for another webhook.
    """
    known = account.get(f"{SETTINGS}/all")
    wish = {
        "url": url,
        "enabled": True,
        "friendly_name": "newsletter",
        "open": sending.open_tracking,
        "click": sending.click_tracking,
        **dict.fromkeys(ALWAYS, True),
    }
    mine = next((one for one in known["webhooks"] if one.get("url") == url), None)
    if mine is None and len(known["webhooks"]) >= known.get("max_allowed", 1):
        taken = ", ".join(str(one.get("url")) for one in known["webhooks"])
        raise NewsletterError(
            f"SendGrid has no room for another event webhook (there is {taken}); remove one at Settings, "
            "Mail Settings, Event Webhooks, then type newsletter webhook again"
        )
    if mine is None:
        mine = account.ask("post", SETTINGS, wish, 201)
    else:
        account.ask("patch", f"{SETTINGS}/{mine['id']}", wish, 200)
    signed = account.ask("patch", f"{SETTINGS}/signed/{mine['id']}", {"enabled": True}, 200)
    return str(signed["public_key"])


def disconnect_webhooks(account: Account) -> None:
    """Let the account tell nobody any more; for the sandbox, whose listener moves from port to port."""
    for one in account.get(f"{SETTINGS}/all")["webhooks"]:
        account.ask("delete", f"{SETTINGS}/{one['id']}", None, 204)


def _no_key() -> NewsletterError:
    return NewsletterError(
        "newsletter.toml: [sendgrid] webhook_key is no public key of SendGrid; type newsletter webhook to fetch it"
    )
