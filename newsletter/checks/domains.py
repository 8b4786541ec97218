"""This module guesses which well-known mailbox domain a mistyped one was meant to be."""

from functools import lru_cache

KNOWN = frozenset(
    "gmail.com yahoo.com hotmail.com outlook.com aol.com icloud.com comcast.net me.com live.com msn.com "
    "att.net verizon.net sbcglobal.net bellsouth.net cox.net charter.net earthlink.net mac.com ymail.com "
    "rocketmail.com googlemail.com protonmail.com proton.me frontier.com optonline.net roadrunner.com "
    "windstream.net centurylink.net juno.com suddenlink.net tulane.edu ochsner.org lsu.edu uno.edu loyno.edu "
    "xula.edu dcc.edu lcmchealth.org entergy.com nola.gov".split()
)
"""Where people of the United States, and of New Orleans, have their mailboxes."""

REAL = frozenset(
    "mail.com email.com gmx.com gmx.net hey.com ymail.com aim.com fastmail.com pm.me zoho.com live.ca live.fr "
    "yahoo.ca yahoo.fr yahoo.de hotmail.fr hotmail.de outlook.fr outlook.de outlook.es mail.ru gmx.de inbox.com "
    "cox.com usa.net lsus.edu una.edu ono.com uno.com msu.edu mit.edu".split()
)
"""Near to a known one, and real."""

NEAREST = 2
SHORTEST = 7


@lru_cache(maxsize=4096)
def likely(domain: str) -> str:
    """The domain that *domain* was probably meant to be, or nothing."""
    if domain in KNOWN or domain in REAL or len(domain) < SHORTEST:
        return ""
    most = 1 if len(domain) < SHORTEST + 2 else NEAREST
    near = [
        (found, known)
        for known in KNOWN
        if abs(len(known) - len(domain)) <= most
        and known[0] == domain[0]
        and (found := distance(domain, known)) <= most
    ]
    return min(near)[1] if near else ""


def distance(one: str, other: str) -> int:
    """Letters left out, added, changed or swapped with the next (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        now = [i]
        for j, b in enumerate(other, 1):
            best = min(row[j] + 1, now[j - 1] + 1, row[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, before[j - 2] + 1)
            now.append(best)
        before, row = row, now
    return row[-1]
