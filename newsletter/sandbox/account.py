"""This module answers what a key may do, what the account is, and whom it may send as."""

from datetime import UTC, datetime, timedelta
from typing import Any

from werkzeug.wrappers import Request, Response

from newsletter.sandbox.answers import answer
from newsletter.sandbox.office import Office
from newsletter.sandbox.scopes import SCOPES
from newsletter.sandbox.sending import credits_left


def show_scopes(office: Office, request: Request) -> Response:
    """What the key may do."""
    return answer({"scopes": [one for one in SCOPES if one not in office.behaviour.missing_scopes]})


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
    """The domain that is asked for; as a rule it is authenticated: the sandbox sends as anybody."""
    name, state = request.args.get("domain", ""), office.behaviour.domain
    return answer([_domain(name, valid=state == "valid")] if name and state != "missing" else [])


def list_links(office: Office, request: Request) -> Response:
    """The domain that tracked links lead over; it does where links are branded."""
    if not office.behaviour.branded_links:
        return answer([])
    name = "clinic.example.com"
    dns = {
        key: {"valid": True, "type": "cname", "host": f"{host}.{name}", "data": "sandbox.invalid"}
        for key, host in (("domain_cname", "url1"), ("owner_cname", "1"))
    }
    known = {"id": 1, "user_id": 1, "domain": name, "subdomain": "url1", "username": "sandbox"}
    return answer([{**known, "default": True, "valid": True, "legacy": False, "dns": dns}])


def _domain(name: str, *, valid: bool) -> dict[str, Any]:
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
        "valid": valid,
        "dns": {
            key: {
                "valid": valid or key == "mail_cname",
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
