"""This module asks all that a check may ask, side by side, and hands back the evidence."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from newsletter.audience import domain_of
from newsletter.checks.draft import Draft
from newsletter.checks.evidence import Answer, Evidence, Unverified
from newsletter.checks.probes.browser import ask_axe
from newsletter.checks.probes.dns import ask_exchanges, ask_records, ask_reply, resolver
from newsletter.checks.probes.farewell import ask_farewell
from newsletter.checks.probes.links import TIMED_OUT, Prober
from newsletter.checks.probes.spamassassin import ask_spamassassin
from newsletter.checks.probes.spelling import ask_codespell

NOT_TRIED = Answer(TIMED_OUT, "it differs from reader to reader, and nobody's value is given away")


@dataclass(frozen=True)
class Scope:
    """How far a check may go: to other *programs*, to the *network*; *why* tells what holds it back.

    *farewell_url* is the clinic's own unsubscribe link that speaks of nobody.
    """

    programs: bool = True
    network: bool = True
    why: str = "the network was not asked"
    cure: str = "check again without --offline"
    farewell_url: str = ""


def gather(drafts: Sequence[Draft], scope: Scope, now: datetime) -> Evidence:
    """The first draft's evidence, with what programs and network tell; the links are those of all.

    Nothing is taken for good that was not asked.
    """
    first = drafts[0]
    programs, network = _programs(first, now), _network(drafts, scope)
    wanted = {**(programs if scope.programs else {}), **(network if scope.network else {})}
    silent = Unverified(scope.why, scope.cure)
    asked: dict[str, Any] = dict.fromkeys((*programs, *network), silent)
    with ThreadPoolExecutor() as workers:
        running = {name: workers.submit(ask) for name, ask in wanted.items()}
        asked.update({name: future.result() for name, future in running.items()})
    return replace(first.evidence, looked_at=int(now.timestamp()), **asked)


def ask_links(drafts: Sequence[Draft], prober: Prober) -> Mapping[str, Answer] | Unverified:
    """What the links of all drafts answer; those that hold a reader's value are not tried."""
    links = {link.href: draft for draft in drafts for link in draft.web_links}
    kept = [draft.personal[href] for href, draft in links.items() if href in draft.personal]
    answers = prober.probe(href for href, draft in links.items() if href not in draft.personal)
    if isinstance(answers, Unverified):
        return answers
    return {**answers, **dict.fromkeys(kept, NOT_TRIED)}


def _programs(draft: Draft, now: datetime) -> Mapping[str, Callable[[], Any]]:
    return {
        "axe": lambda: ask_axe(draft),
        "spam": lambda: ask_spamassassin(draft, now),
        "spelling": lambda: ask_codespell(draft),
    }


def _network(drafts: Sequence[Draft], scope: Scope) -> Mapping[str, Callable[[], Any]]:
    """What the network is asked of these drafts."""
    first, sender = drafts[0], drafts[0].settings.sender
    wanted: dict[str, Callable[[], Any]] = {}
    if any(draft.web_links for draft in drafts):
        wanted["links"] = lambda: ask_links(drafts, Prober())
    if first.real:
        wanted["records"] = lambda: ask_records(sender.email, resolver())
        wanted["reply_exchange"] = lambda: ask_reply(sender.reply_to or sender.email, resolver())
        if people := first.evidence.people:
            domains = {domain_of(address) for address in people.addresses}
            wanted["exchanges"] = lambda: ask_exchanges(domains, resolver())
        if scope.farewell_url:
            wanted["farewell"] = lambda: ask_farewell(scope.farewell_url)
    return wanted
