"""This module answers for the event webhook: where events are posted, which, and signed by what key."""

import base64
import secrets
from dataclasses import asdict, dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from werkzeug.wrappers import Request, Response

from newsletter.sandbox.answers import Complaint, answer, nothing, refusal
from newsletter.sandbox.events import SWITCHES
from newsletter.sandbox.office import Office
from newsletter.sandbox.reading import Refused, json_object

MOST = 1
"""How many webhooks this account may have (max_allowed)."""
DER, PKCS8 = serialization.Encoding.DER, serialization.PrivateFormat.PKCS8
INFO, PLAIN = serialization.PublicFormat.SubjectPublicKeyInfo, serialization.NoEncryption()
NOT_FOUND = Complaint("webhook not found")


@dataclass(frozen=True)
class Webhook:
    """Where events go."""

    id: str
    url: str
    enabled: bool
    switches: dict[str, bool]
    friendly_name: str = ""
    private_key: str = ""
    """Base64 of PKCS 8; empty while nothing is signed."""

    @property
    def public_key(self) -> str:
        """As SendGrid shows it: base64 of the SubjectPublicKeyInfo; empty while nothing is signed."""
        if not self.private_key:
            return ""
        return base64.b64encode(self._key().public_key().public_bytes(DER, INFO)).decode()

    def signature(self, timestamp: str, body: bytes) -> str:
        """ECDSA (P-256, SHA-256) over timestamp and body, as base64."""
        signed = self._key().sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
        return base64.b64encode(signed).decode()

    def _key(self) -> ec.EllipticCurvePrivateKey:
        key = serialization.load_der_private_key(base64.b64decode(self.private_key), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101  _new_key() made it
        return key


def webhook_of(office: Office) -> Webhook | None:
    """The account's webhook, if there is one."""
    kept = office.database.setting("webhook")
    return Webhook(**kept) if kept else None


def list_webhooks(office: Office, request: Request) -> Response:
    known = webhook_of(office)
    return answer({"max_allowed": MOST, "webhooks": [_shown(known)] if known else []})


def create_webhook(office: Office, request: Request) -> Response:
    if webhook_of(office):
        return refusal(400, Complaint("you have reached the maximum number of webhooks"))
    wish = json_object(request)
    made = _changed(Webhook(secrets.token_hex(8), "", enabled=False, switches={}), wish)
    return answer(_shown(_keep(office, made)), 201)


def show_webhook(office: Office, request: Request, number: str) -> Response:
    known = webhook_of(office)
    return answer(_shown(known)) if known and known.id == number else refusal(404, NOT_FOUND)


def change_webhook(office: Office, request: Request, number: str) -> Response:
    known = webhook_of(office)
    if known is None or known.id != number:
        return refusal(404, NOT_FOUND)
    return answer(_shown(_keep(office, _changed(known, json_object(request)))))


def delete_webhook(office: Office, request: Request, number: str) -> Response:
    known = webhook_of(office)
    if known is None or known.id != number:
        return refusal(404, NOT_FOUND)
    office.database.write("DELETE FROM setting WHERE name = 'webhook'")
    office.listened_to = False
    return nothing(204)


def sign_webhook(office: Office, request: Request, number: str) -> Response:
    """{"enabled": true} makes a key and answers with its public half."""
    known = webhook_of(office)
    if known is None or known.id != number:
        return refusal(404, NOT_FOUND)
    enabled = json_object(request).get("enabled")
    if not isinstance(enabled, bool):
        raise Refused("enabled must be true or false", "enabled")
    key = (known.private_key or _new_key()) if enabled else ""
    signed = _keep(office, Webhook(**{**asdict(known), "private_key": key}))
    return answer({"id": signed.id, "public_key": signed.public_key})


def _changed(known: Webhook, wish: dict[str, Any]) -> Webhook:
    url = wish.get("url", known.url)
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        raise Refused("url must be a valid http or https URL", "url")
    wanted = {name: bool(wish.get(name, known.switches.get(name))) for name in SWITCHES.values()}
    return Webhook(
        known.id,
        url,
        bool(wish.get("enabled", known.enabled)),
        wanted,
        str(wish.get("friendly_name", known.friendly_name)),
        known.private_key,
    )


def _keep(office: Office, webhook: Webhook) -> Webhook:
    office.database.keep("webhook", asdict(webhook))
    office.listened_to = webhook.enabled
    return webhook


def _shown(webhook: Webhook) -> dict[str, Any]:
    return {
        "id": webhook.id,
        "enabled": webhook.enabled,
        "url": webhook.url,
        "friendly_name": webhook.friendly_name,
        "public_key": webhook.public_key,
        **webhook.switches,
    }


def _new_key() -> str:
    made = ec.generate_private_key(ec.SECP256R1())
    return base64.b64encode(made.private_bytes(DER, PKCS8, PLAIN)).decode()
