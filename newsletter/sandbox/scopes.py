"""This module lists what a key may do, and what it needs for what."""

from collections.abc import Mapping

from werkzeug.wrappers import Request

SCOPES = [
    "asm.groups.create",
    "asm.groups.delete",
    "asm.groups.read",
    "asm.groups.suppressions.create",
    "asm.groups.suppressions.delete",
    "asm.groups.suppressions.read",
    "asm.suppressions.global.create",
    "asm.suppressions.global.delete",
    "asm.suppressions.global.read",
    "categories.stats.read",
    "mail.batch.create",
    "mail.batch.read",
    "mail.send",
    "stats.read",
    "suppression.blocks.delete",
    "suppression.blocks.read",
    "suppression.bounces.delete",
    "suppression.bounces.read",
    "suppression.invalid_emails.delete",
    "suppression.invalid_emails.read",
    "suppression.spam_reports.delete",
    "suppression.spam_reports.read",
    "suppression.unsubscribes.read",
    "user.account.read",
    "user.credits.read",
    "user.scheduled_sends.create",
    "user.scheduled_sends.delete",
    "user.scheduled_sends.read",
    "user.scheduled_sends.update",
    "user.webhooks.event.settings.create",
    "user.webhooks.event.settings.read",
    "user.webhooks.event.settings.update",
    "whitelabel.read",
]
# How a path begins · whose scopes it needs; the method says which of them.
NEEDS: Mapping[str, str] = {
    "/v3/mail/send": "mail.send",
    "/v3/mail/batch": "mail.batch",
    "/v3/user/scheduled_sends": "user.scheduled_sends",
    "/v3/user/credits": "user.credits",
    "/v3/user/account": "user.account",
    "/v3/user/webhooks/event/settings": "user.webhooks.event.settings",
    "/v3/whitelabel": "whitelabel",
    "/v3/suppression/unsubscribes": "suppression.unsubscribes",
    "/v3/suppression/bounces": "suppression.bounces",
    "/v3/suppression/blocks": "suppression.blocks",
    "/v3/suppression/invalid_emails": "suppression.invalid_emails",
    "/v3/suppression/spam_reports": "suppression.spam_reports",
    "/v3/asm/suppressions/global": "asm.suppressions.global",
    "/v3/asm/groups": "asm.groups",
    "/v3/stats": "stats",
    "/v3/categories/stats": "categories.stats",
}
ACTS: Mapping[str, str] = {"GET": "read", "POST": "create", "PATCH": "update", "DELETE": "delete"}


def needed(request: Request) -> str:
    """The scope that *request* needs, or nothing."""
    for path, scope in NEEDS.items():
        if request.path.startswith(path):
            act = ACTS.get(request.method, "read")
            return scope if scope == "mail.send" else f"{scope}.{act}"
    return ""
