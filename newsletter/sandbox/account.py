"""This module answers what a key may do, what the account is, and whom it may send as."""

from datetime import UTC, datetime, timedelta
from typing import Any

from werkzeug.wrappers import Request, Response

from newsletter.sandbox.answers import answer
from newsletter.sandbox.office import Office
from newsletter.sandbox.sending import credits_left

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
    "whitelabel.read",
]


def show_scopes(office: Office, request: Request) -> Response:
    return answer({"scopes": SCOPES})


def show_credits(office: Office, request: Request) -> Response:
    left, total = credits_left(office), office.behaviour.credits
    month = datetime.fromtimestamp(office.clock.now(), UTC).date().replace(day=1)
    following = (month + timedelta(days=32)).replace(day=1)
    return answer(
        {
            "remain": max(left, 0),
            "total": total,
            "overage": 0,
            "used": total - left,
            "last_reset": month.isoformat(),
            "next_reset": following.isoformat(),
            "reset_frequency": "monthly",
        }
    )


def show_account(office: Office, request: Request) -> Response:
    return answer({"type": "paid", "reputation": 100.0})


def list_verified_senders(office: Office, request: Request) -> Response:
    """Nobody: the sandbox lets every sender through by its domain."""
    return answer({"results": []})


def show_verification_steps(office: Office, request: Request) -> Response:
    return answer({"results": {"sender_verified": False, "domain_verified": True}})


def list_domains(office: Office, request: Request) -> Response:
    """The domain that is asked for, authenticated: the sandbox sends as anybody."""
    name = request.args.get("domain", "")
    return answer([_domain(name)] if name else [])


def _domain(name: str) -> dict[str, Any]:
    return {
        "id": 1,
        "user_id": 1,
        "subdomain": "em1",
        "domain": name,
        "username": "sandbox",
        "ips": [],
        "custom_spf": False,
        "default": True,
        "legacy": False,
        "automatic_security": True,
        "valid": True,
        "dns": {
            key: {
                "valid": True,
                "type": "cname",
                "host": f"{host}.{name}",
                "data": "sandbox.invalid",
            }
            for key, host in (
                ("mail_cname", "em1"),
                ("dkim1", "s1._domainkey"),
                ("dkim2", "s2._domainkey"),
            )
        },
    }
