"""This module asks SendGrid whether a campaign could leave now, and be taken back."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.config import Settings
from newsletter.delivery.account import Account
from newsletter.delivery.answers import PERMISSIONS
from newsletter.delivery.examined import ADVICE, GOOD, NOT_VERIFIED, WRONG, Examined, Lines, examine
from newsletter.delivery.slots import SLOTS
from newsletter.errors import NewsletterError, ServiceFailed

SCOPES: Sequence[tuple[str, str]] = (
    ("mail.send", "send"),
    ("mail.batch.create", "take mail back"),
    ("user.scheduled_sends.create", "take mail back"),
    ("user.scheduled_sends.read", "take mail back"),
    ("user.scheduled_sends.update", "pause and take back"),
    ("user.scheduled_sends.delete", "go on after a pause"),
    ("suppression.unsubscribes.read", "see who left"),
    ("suppression.bounces.read", "see who bounced"),
    ("suppression.invalid_emails.read", "see who bounced"),
    ("suppression.spam_reports.read", "see who complained"),
    ("categories.stats.read", "see whether another computer sent the edition"),
)
"""What the key must be allowed, and what for."""
SKEW_SECONDS = 120
REPUTATION = 80
KEYS_PAGE = "Settings, API Keys at SendGrid"


@dataclass(frozen=True)
class Mailing:
    """What is going to be sent: by whose settings, to how many people."""

    settings: Settings
    people: int


def examine_account(account: Account, mailing: Mailing) -> Lines:
    """Line after line about the account; where the key is not let in, only that."""
    key = _key(account)
    yield key
    if key.verdict != GOOD:
        return
    yield examine("What the key may do", lambda: _scopes(account, mailing.settings))
    yield examine("Clock of this computer", lambda: _clock(account))
    yield examine("Mails left", lambda: _credits(account, mailing.people))
    yield examine("Places for undo", lambda: _slots(account))
    yield examine("Reputation", lambda: _reputation(account))
    if mailing.settings.sendgrid.group:
        yield examine("Unsubscribe group", lambda: _group(account, mailing.settings.sendgrid.group))


def refuse_missing_group(account: Account, number: int) -> None:
    """Raise NewsletterError where the unsubscribe group of the settings is not there: SendGrid would refuse all mail."""
    if not number:
        return
    try:
        line = _group(account, number)
    except ServiceFailed:
        raise
    except NewsletterError:
        return  # a key that may not read groups may send all the same
    if line.verdict == WRONG:
        raise NewsletterError(f"newsletter.toml: {line.found}; {line.cure}, then send again")


def _key(account: Account) -> Examined:
    what = "SendGrid key"
    try:
        account.scopes()
    except ServiceFailed as error:
        return Examined(what, "failed", str(error))
    except NewsletterError as error:
        cure = f"make a key at {KEYS_PAGE} and enter it with newsletter setup"
        return Examined(what, WRONG, str(error), cure)
    return Examined(what, GOOD, f"{account.host} lets it in")


def _scopes(account: Account, settings: Settings) -> Examined:
    what, allowed = "What the key may do", set(account.scopes())
    needed = [*SCOPES, *_scopes_of_the_group(settings), *_scopes_of_the_site(settings)]
    missing = [f"{scope} (to {why})" for scope, why in needed if scope not in allowed]
    if not missing:
        return Examined(what, GOOD, "everything a campaign needs")
    cure = f"edit the key at {KEYS_PAGE}: {PERMISSIONS}, all of them"
    return Examined(what, WRONG, f"it may not: {', '.join(missing)}", cure)


def _scopes_of_the_group(settings: Settings) -> list[tuple[str, str]]:
    if not settings.sendgrid.group:
        return []
    return [("asm.groups.suppressions.read", "see who left the unsubscribe group")]


def _scopes_of_the_site(settings: Settings) -> list[tuple[str, str]]:
    if not settings.site.url:
        return []
    return [
        ("asm.suppressions.global.create", "tell SendGrid who left on your page"),
        ("user.webhooks.event.settings.read", "see what becomes of mail"),
    ]


def _clock(account: Account) -> Examined:
    what, ahead = "Clock of this computer", int(time.time()) - account.now(fresh=True)
    if abs(ahead) <= SKEW_SECONDS:
        return Examined(what, GOOD, f"{abs(ahead)} s from SendGrid's")
    side = "fast" if ahead > 0 else "slow"
    return Examined(
        what,
        ADVICE,
        f"{abs(ahead):,} s {side}; campaigns go by SendGrid's clock all the same",
        "let the system set its clock by the network",
    )


def _credits(account: Account, people: int) -> Examined:
    what = "Mails left"
    shown = account.get("user/credits")
    left = int(shown["remain"])
    period = f"until {shown['next_reset']}" if shown.get("next_reset") else "in this period"
    found = f"{left:,} {period}, for {people:,} subscribers"
    if left < people:
        return Examined(
            what, WRONG, found, "raise the plan at SendGrid, or wait for the next period"
        )
    if left < 2 * people:
        return Examined(what, ADVICE, found, "enough for one campaign, not for a second one")
    return Examined(what, GOOD, found)


def _slots(account: Account) -> Examined:
    what, taken = "Places for undo", len(account.stops())
    free = SLOTS - taken
    found = f"{free} of {SLOTS} free"
    cure = (
        "delete old cancellations at SendGrid (Scheduled Sends API), never one whose mail is less than a day past "
        "its time: deleting sends it"
    )
    if free < 1:
        return Examined(what, WRONG, f"{found}: nothing could be taken back", cure)
    if free < 5:
        return Examined(what, ADVICE, f"{found}: a large campaign needs up to 5", cure)
    return Examined(what, GOOD, found)


def _reputation(account: Account) -> Examined:
    what, shown = "Reputation", account.get("user/account")
    if "reputation" not in shown:
        return Examined(what, NOT_VERIFIED, "SendGrid does not tell it")
    reputation = float(shown["reputation"])
    found = f"{reputation:g} of 100 at SendGrid"
    if reputation < REPUTATION:
        cure = "mail only people who asked for it, and look at bounces and complaints before the next campaign"
        return Examined(what, ADVICE, found, cure)
    return Examined(what, GOOD, found)


def _group(account: Account, number: int) -> Examined:
    what = "Unsubscribe group"
    groups = {one["id"]: one["name"] for one in account.get("asm/groups")}
    if number in groups:
        return Examined(what, GOOD, f"{number}: {groups[number]}")
    known = ", ".join(f"{key} ({name})" for key, name in groups.items()) or "none"
    cure = f"write [sendgrid] group = 0, or one of: {known}"
    return Examined(what, WRONG, f"there is no group {number} at SendGrid", cure)
