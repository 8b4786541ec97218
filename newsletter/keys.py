"""This module finds and keeps the SendGrid key: environment, .env file or the system's keyring."""

import os
from collections.abc import Mapping
from pathlib import Path

from newsletter.config import from_environment
from newsletter.errors import NewsletterError, ServiceFailed

VARIABLE = "SENDGRID_API_KEY"
KEYRING_SERVICE = "newsletter-sendgrid"


def find_key(root: Path, account: str, environment: Mapping[str, str] = os.environ) -> str | None:
    """The key of *account*, or None: first the environment, then .env in *root*, then the keyring."""
    return from_environment(root, VARIABLE, environment) or _from_keyring(account) or None


def keep_key(root: Path, account: str, key: str) -> str:
    """Keep *key* in the keyring, else in .env (mode 0600), and say where; raises NewsletterError for what is no key."""
    if not key.startswith("SG.") or len(key.split()) != 1:
        raise NewsletterError(
            "this is no SendGrid key: it begins with SG. and has no spaces; copy it again from "
            "Settings, API Keys at SendGrid"
        )
    if _into_keyring(account, key):
        _out_of_dotenv(root / ".env")
        return "the keyring of this computer"
    _into_dotenv(root / ".env", key)
    return f"{root / '.env'}, which only you can read"


def _into_dotenv(path: Path, key: str) -> None:
    from dotenv import set_key

    path.touch(mode=0o600)
    path.chmod(0o600)
    set_key(path, VARIABLE, key, quote_mode="never")


def _out_of_dotenv(path: Path) -> None:
    """An earlier key there would be found first."""
    from dotenv import dotenv_values, unset_key

    if path.exists() and VARIABLE in dotenv_values(path, interpolate=False):
        unset_key(path, VARIABLE, quote_mode="never")


def _from_keyring(account: str) -> str | None:
    try:
        import keyring
        from keyring.errors import NoKeyringError
    except ImportError:  # the extra is not installed
        return None
    try:
        return keyring.get_password(KEYRING_SERVICE, account)
    except NoKeyringError:
        return None
    except (
        Exception
    ) as error:  # each system's keyring has errors of its own; without the key it would be practice
        raise ServiceFailed(
            f"the keyring of this computer, where the SendGrid key may be, does not open ({error}); unlock it, or write "
            f"{VARIABLE}=… into the file .env, or add --practice"
        ) from error


def _into_keyring(account: str, key: str) -> bool:
    try:
        import keyring
    except ImportError:
        return False
    try:
        keyring.set_password(KEYRING_SERVICE, account, key)
    except Exception:  # whatever it has, the key goes into .env, and that is said
        return False
    return True
