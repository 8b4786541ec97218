"""This module looks at how readers leave, and whether what becomes of mail comes home."""

import http.client
import urllib.error
import urllib.request

from newsletter.config import Settings
from newsletter.delivery.account import Account
from newsletter.delivery.examined import (
    ADVICE,
    FAILED,
    GOOD,
    NOT_VERIFIED,
    WRONG,
    Examined,
    Lines,
    examine,
)
from newsletter.delivery.webhook import SETTINGS, Signer
from newsletter.links import VARIABLE as SECRET_VARIABLE

PATIENCE_SECONDS = 10
START = "start newsletter serve on your server, with https before it (docs/site.md)"
SAME_SECRET = (
    f"write {SECRET_VARIABLE}=… into .env on every computer that sends, with the secret that the pages have "
    "(.newsletter/links.secret on their server); until then nobody could unsubscribe (docs/site.md)"
)


def examine_leaving(
    account: Account, settings: Settings, events_url: str, nobody: str = ""
) -> Lines:
    """The unsubscribe page and, with a server of one's own, the events that SendGrid brings there.

    *nobody* is an unsubscribe link to one's own pages that speaks of nobody.
    """
    if not settings.site.url:
        yield _hosted(settings.sendgrid.group)
        return
    yield _site(settings.site.url.rstrip("/"), nobody)
    yield examine("Events", lambda: _events(account, settings, events_url))


def _hosted(group: int) -> Examined:
    if not group:
        found = "SendGrid hosts the page and adds the one-click header"
        return Examined("Unsubscribe", GOOD, found)
    found = f"SendGrid hosts the page of group {group}; whether it adds the one-click header is not documented"
    cure = "newsletter doctor --probe sends a mail in which you can see it; [sendgrid] group = 0 has it for sure"
    return Examined("Unsubscribe", NOT_VERIFIED, found, cure)


def _site(url: str, nobody: str) -> Examined:
    what = "Unsubscribe"
    try:
        if (status := _status(f"{url}/health")) != 200:
            return Examined(what, WRONG, f"{url}/health answers {status}", START)
        if (status := _status(nobody)) != 200:
            found = f"{url} answers {status} to links of letters from this computer"
            return Examined(what, WRONG, found, SAME_SECRET)
    except (OSError, http.client.HTTPException) as error:
        return Examined(what, FAILED, f"{url} does not answer from here ({error})", START)
    return Examined(what, GOOD, f"{url} answers, and knows the links of letters from this computer")


def _status(page: str) -> int:
    try:
        with urllib.request.urlopen(page, timeout=PATIENCE_SECONDS) as response:  # noqa: S310  https, says config
            return int(response.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def _events(account: Account, settings: Settings, url: str) -> Examined:
    what, cure = "Events", "type newsletter webhook, then start newsletter serve anew"
    known = account.get(f"{SETTINGS}/all")["webhooks"]
    mine = next((one for one in known if one.get("url") == url), None)
    if mine is None:
        return Examined(what, ADVICE, f"SendGrid does not tell {url} what becomes of mail", cure)
    if not mine.get("enabled"):
        return Examined(what, WRONG, "the webhook at SendGrid is switched off", cure)
    asked = {"open": settings.sending.open_tracking, "click": settings.sending.click_tracking}
    if silent := [f"{word}s" for word, wanted in asked.items() if wanted and not mine.get(word)]:
        found = f"the webhook at SendGrid does not tell {' and '.join(silent)}, which [sending] asks for"
        return Examined(what, WRONG, found, cure)
    key = settings.sendgrid.webhook_key
    if not key or key != mine.get("public_key", key):
        return Examined(
            what, WRONG, "[sendgrid] webhook_key is not the key SendGrid signs with", cure
        )
    Signer.read(key)
    return Examined(what, GOOD, f"{url} is told, signed")
