"""Links of a reader: signed, opaque, for years."""

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import NewsletterError
from newsletter.links import Destination, Links, links_secret

LINKS = Links("https://news.example.com/", "a secret for tests")
NUMBERS = st.integers(0, 10**12)


@given(subscriber=NUMBERS, campaign=NUMBERS)
def test_what_a_link_was_made_for_is_read_from_it(subscriber: int, campaign: int) -> None:
    for purpose, make in (
        ("unsubscribe", LINKS.unsubscribe),
        ("preferences", LINKS.preferences),
        ("browser", LINKS.browser),
    ):
        link = make(subscriber, campaign)
        assert LINKS.read(purpose, link.rpartition("/")[2]) == Destination(
            purpose, subscriber, campaign
        )
        assert len(link) < 120


def test_links_sent_long_ago_still_work() -> None:
    assert LINKS.unsubscribe(12345, 7) == PINNED


PINNED = "https://news.example.com/u/9ix-7.A40SQvnLwz2irmtuFqSnDIxast8"


@pytest.mark.parametrize(
    "token", ["", "1-1", "1-1.x", "9ix-8.A40SQvnLwz2irmtuFqSnDIxast8", "\u00e9.x"]
)
def test_no_other_token_is_read(token: str) -> None:
    with pytest.raises(NewsletterError, match="open it again from the letter"):
        LINKS.read("unsubscribe", token)


def test_a_link_for_one_purpose_serves_no_other() -> None:
    token = LINKS.browser(1, 1).rpartition("/")[2]
    with pytest.raises(NewsletterError):
        LINKS.read("unsubscribe", token)


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = links_secret(tmp_path, {})
    assert links_secret(tmp_path, {}) == first
    assert len(first) > 30
    (path,) = (tmp_path / ".newsletter").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert links_secret(tmp_path, {"NEWSLETTER_LINKS_SECRET": "given"}) == "given"


def test_the_secret_may_stand_in_dotenv_as_the_other_secrets_do(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("NEWSLETTER_LINKS_SECRET=the pages have it too\n")
    assert links_secret(tmp_path, {}) == "the pages have it too"
    assert not (tmp_path / ".newsletter").exists()
