"""This module steers a sandbox that runs in this or another process: its clock, its faults, its judge.

Each function takes where the sandbox is: its folder, its address, or a Subuser of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from newsletter.errors import NewsletterError
from newsletter.sandbox.asking import asked
from newsletter.sandbox.faults import Fault
from newsletter.sandbox.remote import running
from newsletter.sandbox.terms import Terms
from newsletter.sandbox.trouble import Trouble
from newsletter.sandbox.verdict import Verdict


@dataclass(frozen=True)
class Subuser:
    """One of many accounts at one sandbox: whoever sends with this *key*."""

    url: str
    key: str


Place = Path | str | Subuser


def open_subuser(sandbox: Path | str, key: str, terms: Terms | None = None) -> Subuser:
    """An account of its own for whoever comes with *key*, begun (or begun anew) by *terms*."""
    at = _address(sandbox)
    asked(at.url, "POST", "/sandbox/subusers", {"key": key, **_wish(terms)})
    return Subuser(at.url, key)


def close_subuser(subuser: Subuser) -> None:
    """Forget the account; requests that it still stalls lose their connection."""
    _ask(subuser, "DELETE", f"/sandbox/subusers/{quote(subuser.key, safe='')}")


def begin(sandbox: Place, terms: Terms | None = None) -> None:
    """Let an account forget everything and begin anew by *terms*."""
    _ask(sandbox, "POST", "/sandbox/reset", _wish(terms))


def skip(sandbox: Place, seconds: float) -> float:
    """Move the sandbox's clock on and let leave what is due; the new time, seconds since 1970."""
    now: float = _ask(sandbox, "POST", "/sandbox/clock", {"skip": seconds})["now"]
    return now


def now(sandbox: Place) -> float:
    """The sandbox's time, seconds since 1970."""
    shown: float = _ask(sandbox, "GET", "/sandbox/clock")["now"]
    return shown


def plant(sandbox: Place, name: str, emails: Sequence[str], reason: str = "") -> None:
    """Put *emails* on a list that only the world can fill: bounces, blocks, spam_reports …"""
    _ask(sandbox, "POST", "/sandbox/plant", {"list": name, "emails": [*emails], "reason": reason})


def keep_group(sandbox: Place, number: int) -> None:
    """Have an unsubscribe group of this *number*; whoever left it stays there."""
    _ask(sandbox, "POST", "/sandbox/groups", {"id": number})


def behave(sandbox: Place, **changes: Any) -> dict[str, Any]:
    """Change how the sandbox decides what SendGrid leaves open; the settings that hold now."""
    return _ask(sandbox, "POST", "/sandbox/behaviour", changes)


def happen(sandbox: Place, event: str, emails: Sequence[str], **more: Any) -> None:
    """Let the world act on the newest mail of each address: bounce, open, spamreport …"""
    _ask(sandbox, "POST", "/sandbox/happen", {"event": event, "emails": [*emails], **more})


def plan_fates(sandbox: Place, fates: Mapping[str, Sequence[str]]) -> None:
    """What happens to mail for some addresses instead of a delivery, for example deferred, bounce."""
    _ask(sandbox, "POST", "/sandbox/fates", {name: [*kinds] for name, kinds in fates.items()})


def post_events(sandbox: Place) -> tuple[int, int]:
    """Post what waits for the webhook; how many events were taken, and how many wait still."""
    found = _ask(sandbox, "POST", "/sandbox/events", {})
    return found["taken"], found["waiting"]


def misbehave(sandbox: Place, *faults: Fault) -> None:
    """Plan misbehaviours, one after the other."""
    for fault in faults:
        _ask(sandbox, "POST", "/sandbox/faults", asdict(fault))


def make_trouble(sandbox: Place, trouble: Trouble) -> None:
    """Spoil a share of the requests from now on, by chance; Trouble() ends it."""
    _ask(sandbox, "POST", "/sandbox/trouble", asdict(trouble))


def judge(sandbox: Place) -> Verdict:
    """What became of all mail so far."""
    return Verdict(**_ask(sandbox, "GET", "/sandbox/verdict"))


def settle(sandbox: Place) -> Verdict:
    """Let stalled requests go on and time pass until nothing waits; what became of all mail."""
    return Verdict(**_ask(sandbox, "POST", "/sandbox/settle", {}))


def left(sandbox: Place) -> list[Mapping[str, Any]]:
    """Every mail that left, in the order of leaving, with its custom_args."""
    found = _ask(sandbox, "GET", "/sandbox/released")
    return [dict(zip(found["columns"], row, strict=True)) for row in found["rows"]]


def _wish(terms: Terms | None) -> dict[str, Any]:
    return {name: value for name, value in asdict(terms or Terms()).items() if value is not None}


def _ask(sandbox: Place, method: str, path: str, body: Any = None) -> dict[str, Any]:
    at = _address(sandbox)
    return asked(at.url, method, path, body, key=at.key)


def _address(sandbox: Place) -> Subuser:
    if isinstance(sandbox, Subuser):
        return sandbox
    if isinstance(sandbox, str):
        return Subuser(sandbox, "")
    if url := running(sandbox):
        return Subuser(url, "")
    raise NewsletterError(f"{sandbox}: no sandbox runs here; start it with newsletter sandbox")
