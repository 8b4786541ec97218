"""This module tries the links of a letter: HEAD, then GET where that is refused; never one that acts for a reader."""

import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from newsletter.checks.evidence import Answer, Unverified
from newsletter.checks.probes.web import NAMELESS, Reply, Unreachable, ask, is_online

WORKERS, A_HOST = 8, 2
SECONDS, SECONDS_IN_ALL = 10.0, 30.0
MOST_HOPS = 10
TIMED_OUT = 408


@dataclass(frozen=True)
class Prober:
    """How links are tried: *private* allows this computer, *seconds* is for one answer, *in_all* for all of them."""

    private: bool = False
    seconds: float = SECONDS
    in_all: float = SECONDS_IN_ALL
    _turns: Mapping[str, threading.Semaphore] = field(
        default_factory=lambda: defaultdict(lambda: threading.Semaphore(A_HOST))
    )

    def probe(self, hrefs: Iterable[str]) -> Mapping[str, Answer] | Unverified:
        """What each link answers, in the order given."""
        wanted = [*dict.fromkeys(hrefs)]
        until = time.monotonic() + self.in_all
        with ThreadPoolExecutor(WORKERS) as workers:
            answers = dict(
                zip(wanted, workers.map(lambda href: self._try(href, until), wanted), strict=True)
            )
        nameless = all(answer.trouble in NAMELESS for answer in answers.values())
        if answers and nameless and not is_online():
            return Unverified(
                "there is no network, so no link was tried", "connect, and check again"
            )
        return answers

    def _try(self, href: str, until: float) -> Answer:
        place, hops = href, 0
        try:
            while True:
                reply = self._ask(place, until)
                if not reply.location or not 300 <= reply.status < 400:
                    return Answer(reply.status, hops=hops)
                place, hops = reply.location, hops + 1
                if hops > MOST_HOPS:
                    return Answer(trouble="it leads round in a circle", hops=hops)
        except Unreachable as error:
            return Answer(TIMED_OUT if error.for_now else 0, str(error), hops)

    def _ask(self, url: str, until: float) -> Reply:
        if urlsplit(url).scheme not in {"http", "https"}:
            raise Unreachable(f"it leads on to {url[:40]}")
        with self._turns[urlsplit(url).hostname or ""]:
            reply = self._once("HEAD", url, until)
            return self._once("GET", url, until) if reply.status >= 400 else reply

    def _once(self, method: str, url: str, until: float) -> Reply:
        left = until - time.monotonic()
        if left <= 0:
            raise Unreachable("there was no time left to try it", for_now=True)
        return ask(method, url, seconds=min(self.seconds, left), private=self.private)
