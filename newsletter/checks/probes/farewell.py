"""This module tries the clinic's unsubscribe page with a link that is rightly signed and speaks of nobody."""

import re

from newsletter.checks.evidence import Farewell, Unverified
from newsletter.checks.probes.web import NAMELESS, Unreachable, ask, is_online

SECONDS = 10.0
ONE_CLICK = b"List-Unsubscribe=One-Click"
PASSWORD = re.compile(rb"<input[^>]+type=[\"']?password", re.IGNORECASE)


def ask_farewell(url: str, *, private: bool = False) -> Farewell | Unverified:
    """Open the page, and ask it by one click (RFC 8058, section 3.2)."""
    place = url.rpartition("/")[0]
    try:
        seen = ask("GET", url, seconds=SECONDS, private=private)
        asked = ask("POST", url, seconds=SECONDS, private=private, body=ONE_CLICK)
    except Unreachable as error:
        if error.for_now or (str(error) in NAMELESS and not is_online()):
            return Unverified(
                f"the unsubscribe page {place} could not be tried: {error}", "check again later"
            )
        return Farewell(place, 0, 0)
    return Farewell(place, seen.status, asked.status, bool(PASSWORD.search(seen.body)))
