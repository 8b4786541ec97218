"""The SendGrid key: where it is found and how it is kept."""

import stat
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from newsletter.errors import NewsletterError, ServiceFailed
from newsletter.keys import find_key, keep_key

KEY = "SG.made-up.key"


def test_a_kept_key_is_found_again_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    where = keep_key(tmp_path, "sendgrid", KEY)
    assert KEY not in where
    assert find_key(tmp_path, "sendgrid", {}) == KEY
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600


def test_a_readable_env_file_is_closed_when_the_key_goes_in(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("OTHER=1\n")
    path.chmod(0o644)
    keep_key(tmp_path, "sendgrid", KEY)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text() == f"OTHER=1\nSENDGRID_API_KEY={KEY}\n"


def test_the_environment_comes_first(tmp_path: Path) -> None:
    keep_key(tmp_path, "sendgrid", KEY)
    assert find_key(tmp_path, "sendgrid", {"SENDGRID_API_KEY": "SG.other"}) == "SG.other"


def test_without_a_key_there_is_none(tmp_path: Path) -> None:
    assert find_key(tmp_path, "sendgrid", {}) is None
    (tmp_path / ".env").write_text("OTHER=1\n")
    assert find_key(tmp_path, "sendgrid", {}) is None


@pytest.mark.parametrize("wrong", ["", "my password", "SG.with space"])
def test_what_is_no_key_is_refused(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(NewsletterError, match=r"begins with SG\."):
        keep_key(tmp_path, "sendgrid", wrong)
    assert not (tmp_path / ".env").exists()


class Remembering(KeyringBackend):
    """A computer's keyring, for one test."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


class Failing(KeyringBackend):
    """A computer's keyring that does not open."""

    priority = 1  # type: ignore[assignment]

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def get_password(self, service: str, username: str) -> str | None:
        raise self.error

    def set_password(self, service: str, username: str, password: str) -> None:
        raise self.error


@pytest.fixture(autouse=True)
def _the_keyring_of_before() -> Iterator[None]:
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


@pytest.fixture
def ring() -> Remembering:
    ring = Remembering()
    keyring.set_keyring(ring)
    return ring


def test_where_there_is_a_keyring_the_key_goes_there(tmp_path: Path, ring: Remembering) -> None:
    assert keep_key(tmp_path, "clinic", KEY) == "the keyring of this computer"
    assert not (tmp_path / ".env").exists()
    assert find_key(tmp_path, "clinic", {}) == KEY
    assert find_key(tmp_path, "another", {}) is None


def test_a_key_that_goes_into_the_keyring_takes_the_place_of_one_in_env(
    tmp_path: Path, ring: Remembering
) -> None:
    (tmp_path / ".env").write_text("SENDGRID_API_KEY=SG.yesterdays\nOTHER=1\n")
    keep_key(tmp_path, "clinic", KEY)
    assert find_key(tmp_path, "clinic", {}) == KEY
    assert (tmp_path / ".env").read_text() == "OTHER=1\n"


@pytest.mark.parametrize("error", [KeyringLocked("locked"), RuntimeError("no bus")], ids=str)
def test_a_keyring_that_does_not_open_is_told_and_not_taken_for_one_without_a_key(
    tmp_path: Path, error: Exception
) -> None:
    keyring.set_keyring(Failing(error))
    with pytest.raises(ServiceFailed, match=rf"does not open \({error}\); unlock it, or write"):
        find_key(tmp_path, "clinic", {})
    assert keep_key(tmp_path, "clinic", KEY) == f"{tmp_path / '.env'}, which only you can read"
    assert find_key(tmp_path, "clinic", {}) == KEY
