"""The event webhook: set up once, and only what SendGrid signed is believed."""

import base64

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from newsletter.config import Sending
from newsletter.delivery import Account, Forged, Signer, connect_webhook, disconnect_webhooks
from newsletter.errors import NewsletterError

from .conftest import Clinic

NOW = 1_790_000_000
BODY = b'[{"event":"open"}]\r\n'
URL = "https://news.example.com/events"


def shown(key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey) -> str:
    """As SendGrid shows a key."""
    info = serialization.PublicFormat.SubjectPublicKeyInfo
    return base64.b64encode(key.public_bytes(serialization.Encoding.DER, info)).decode()


@pytest.fixture(scope="module")
def private() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def signer(private: ec.EllipticCurvePrivateKey) -> Signer:
    return Signer.read(shown(private.public_key()))


def signed(private: ec.EllipticCurvePrivateKey, timestamp: int, body: bytes = BODY) -> str:
    content = str(timestamp).encode() + body
    return base64.b64encode(private.sign(content, ec.ECDSA(hashes.SHA256()))).decode()


@pytest.mark.parametrize("age", [0, 60, 86_400, -301, -86_400])
def test_what_was_signed_within_a_day_is_believed(signer, private, age) -> None:
    signer.check(BODY, signed(private, NOW - age), str(NOW - age), NOW)


@pytest.mark.parametrize("age", [86_401, -86_401])
def test_what_was_signed_on_another_day_is_not(signer, private, age) -> None:
    with pytest.raises(Forged, match="more than a day away"):
        signer.check(BODY, signed(private, NOW - age), str(NOW - age), NOW)


@pytest.mark.parametrize(
    ("body", "timestamp", "spoil"),
    [
        (BODY.rstrip(), str(NOW), str),
        (BODY + b" ", str(NOW), str),
        (BODY, str(NOW + 1), str),
        (BODY, "", str),
        (BODY, str(NOW), lambda signature: ""),
        (BODY, str(NOW), lambda signature: signature[:-3]),
        (BODY, str(NOW), lambda signature: "not base64 ä"),
        (BODY, str(NOW), lambda signature: base64.b64encode(b"nothing").decode()),
    ],
)
def test_anything_else_is_forged(signer, private, body, timestamp, spoil) -> None:
    with pytest.raises(Forged, match="not SendGrid's"):
        signer.check(body, spoil(signed(private, NOW)), timestamp, NOW)


@pytest.mark.parametrize(
    "text",
    ["", "no key", "bm8ga2V5", shown(rsa.generate_private_key(65_537, 2048).public_key())],
    ids=["nothing", "words", "no key", "another kind"],
)
def test_what_is_no_key_is_said_with_the_cure(text: str) -> None:
    with pytest.raises(NewsletterError) as caught:
        Signer.read(text)
    assert "type newsletter webhook to fetch it" in str(caught.value)


@pytest.fixture
def account(clinic: Clinic) -> Account:
    return clinic.account


def webhooks(account: Account) -> list[dict[str, object]]:
    found: list[dict[str, object]] = account.get("user/webhooks/event/settings/all")["webhooks"]
    return found


def test_it_is_set_up_signed_and_the_same_again_changes_nothing(account: Account) -> None:
    key = connect_webhook(account, URL, Sending())
    (made,) = webhooks(account)
    assert (made["url"], made["enabled"], made["public_key"]) == (URL, True, key)
    switched_off = [name for name, value in made.items() if value is False]
    assert sorted(switched_off) == ["click", "open"]
    assert connect_webhook(account, URL, Sending()) == key
    assert webhooks(account) == [made]
    Signer.read(key)


def test_opens_and_clicks_are_asked_for_where_they_are_tracked(account: Account) -> None:
    connect_webhook(account, URL, Sending(open_tracking=True, click_tracking=True))
    (made,) = webhooks(account)
    assert (made["open"], made["click"]) == (True, True)


def test_the_sandbox_may_listen_elsewhere_each_time(account: Account) -> None:
    connect_webhook(account, "http://127.0.0.1:8000/events", Sending())
    disconnect_webhooks(account)
    connect_webhook(account, "http://127.0.0.1:8001/events", Sending())
    assert [one["url"] for one in webhooks(account)] == ["http://127.0.0.1:8001/events"]


def test_no_room_for_another_is_said_with_the_cure(account: Account) -> None:
    connect_webhook(account, "https://other.example.com/", Sending())
    with pytest.raises(NewsletterError) as caught:
        connect_webhook(account, URL, Sending())
    assert "no room for another event webhook (there is https://other.example.com/)" in str(
        caught.value
    )
