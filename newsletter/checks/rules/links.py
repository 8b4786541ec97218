"""This module holds the rules of links: that they work, are what they say, and can be told apart."""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qs, urlsplit

from newsletter.checks.draft import MAILBOXES, Draft
from newsletter.checks.evidence import Answer
from newsletter.checks.page import Link
from newsletter.checks.rule import Hit, rule

SHORTENERS = frozenset(
    "bit.ly tinyurl.com t.co goo.gl ow.ly is.gd buff.ly rebrand.ly cutt.ly tiny.cc lnkd.in fb.me t.ly "
    "shorturl.at rb.gy bl.ink s.id v.gd tr.im soo.gd".split()
)
VAGUE = re.compile(
    r"(click( here)?|here|read more|more|learn more|this( link| page)?|link|details|info|continue|go|see more|"
    r"find out more|tap here|view|download)[.!…»> ]*",
    re.IGNORECASE,
)
DOMAIN = re.compile(
    r"(?:https?://)?((?:[a-z0-9-]+\.)+(?:com|org|net|edu|gov|info|health|io|us|co\.uk|de|fr))\b",
    re.IGNORECASE,
)
UNSURE = frozenset({401, 403, 405, 406, 408, 425, 429, 999})
MOST_HOPS = 3
MOST_LINKS = 25
ASKS_NOTHING = frozenset({"plain", "report"})
"""Templates of letters that may be for reading only: a personal note, results for staff."""
NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|0x[0-9a-f]+|\d+", re.IGNORECASE)


def _host(href: str) -> str:
    try:
        return (urlsplit(href).hostname or "").lower().removeprefix("www.")
    except ValueError:
        return ""


def _said(draft: Draft, link: Link) -> str:
    return f"“{link.words or link.label or link.href}”"


@rule("link/syntax", "error", "every link is whole: https://…", "RFC 3986")
def syntax(draft: Draft) -> Iterator[Hit]:
    for link in draft.links:
        if link.href.lower().startswith(MAILBOXES):
            continue
        if not _is_whole(link.href):
            sentence = f"the link {_said(draft, link)} leads to “{link.href}”"
            yield Hit(sentence, "write a whole link: https://…", draft.link_line(link))


def _is_whole(href: str) -> bool:
    try:
        parts = urlsplit(href)
        host = parts.hostname or ""
    except ValueError:
        return False
    known = "." in host or ":" in host or host == "localhost"
    return parts.scheme in {"http", "https"} and known and not re.search(r"\s", href)


@rule("link/dead", "error", "every link answers", "own", needs="links")
def dead(draft: Draft, answers: Mapping[str, Answer]) -> Iterator[Hit]:
    for href, answer in answers.items():
        gone = answer.status in {404, 410} or (answer.status >= 500 and answer.status != 999)
        if gone or (answer.trouble and not answer.status):
            why = f"answers {answer.status}" if gone else answer.trouble
            yield Hit(
                f"the link {href} does not work: {why}",
                "correct or remove it",
                draft.written.link(href),
            )


@rule("link/unsure", "info", "no link refuses to be checked", "own", needs="links")
def unsure(draft: Draft, answers: Mapping[str, Answer]) -> Iterator[Hit]:
    for href, answer in answers.items():
        if answer.status in UNSURE:
            why = answer.trouble or f"it answers {answer.status}"
            sentence = f"the link {href} could not be checked: {why}"
            yield Hit(sentence, "open it in a browser", draft.written.link(href))


@rule("link/redirects", "warning", "no link takes more than 3 detours", "own", needs="links")
def redirects(draft: Draft, answers: Mapping[str, Answer]) -> Iterator[Hit]:
    for href, answer in answers.items():
        if answer.hops > MOST_HOPS:
            sentence = f"the link {href} goes through {answer.hops} other addresses"
            yield Hit(sentence, "link the page where it ends", draft.written.link(href))


@rule("link/http", "warning", "links are encrypted: https://", "react-email, browsers")
def unencrypted(draft: Draft) -> Iterator[Hit]:
    for link in draft.web_links:
        if link.href.lower().startswith("http://") and not NUMBER.fullmatch(_host(link.href)):
            sentence = f"the link {_said(draft, link)} is http://"
            yield Hit(sentence, "write https://, if the site has it", draft.link_line(link))


@rule("link/mismatch", "error", "a link that shows an address leads there", "rspamd PHISHING")
def mismatch(draft: Draft) -> Iterator[Hit]:
    for link in draft.web_links:
        shown = DOMAIN.fullmatch(
            link.words.split("/")[0] if "//" not in link.words else link.words.split("/")[2]
        )
        if shown is None:
            continue
        seen, real = shown[1].lower().removeprefix("www."), _host(link.href)
        if real != seen and not real.endswith(f".{seen}") and not seen.endswith(f".{real}"):
            sentence = (
                f"the link shows {shown[1]} and leads to {real}; mailboxes take that for fraud"
            )
            yield Hit(sentence, "show where it leads, or write words", draft.link_line(link))


@rule(
    "link/ip", "error", "no link leads to a bare number", "SpamAssassin NORMAL_HTTP_TO_IP, rspamd"
)
def numbers(draft: Draft) -> Iterator[Hit]:
    for link in draft.web_links:
        host = _host(link.href)
        if (NUMBER.fullmatch(host) or ":" in host) and not host.startswith("127."):
            sentence = f"the link {_said(draft, link)} leads to the number {host}"
            yield Hit(sentence, "link the site's name", draft.link_line(link))


@rule("link/shortener", "warning", "no link hides behind a shortener", "SpamAssassin, rspamd")
def shortener(draft: Draft) -> Iterator[Hit]:
    for link in draft.web_links:
        if _host(link.href) in SHORTENERS:
            sentence = f"the link {_said(draft, link)} hides where it leads ({_host(link.href)})"
            yield Hit(sentence, "link the page itself", draft.link_line(link))


@rule("link/text", "warning", "links say where they lead", "EMC, WCAG 2.4.4")
def vague(draft: Draft) -> Iterator[Hit]:
    for link in draft.links:
        words = link.words.strip()
        bare = words == link.href and len(words) > 40
        if VAGUE.fullmatch(words) or bare:
            sentence = f"the link “{words}” does not say where it leads"
            yield Hit(sentence, "link the words that name the page", draft.link_line(link))


@rule(
    "link/utm",
    "info",
    "campaign tags are on all links to the clinic's site, small letters, utm_medium=email",
    "GA4",
)
def tags(draft: Draft) -> Iterator[Hit]:
    home = _host(draft.settings.clinic.url)
    own = [link for link in draft.web_links if home and _host(link.href) == home]
    tagged = {link.href: parse_qs(urlsplit(link.href).query) for link in own}
    if not any("utm_source" in query for query in tagged.values()):
        return
    for href, query in tagged.items():
        utm = {key: value[0] for key, value in query.items() if key.startswith("utm_")}
        if not utm:
            what = "has no utm tags, others have"
        elif any(value != value.lower() for value in utm.values()):
            what = "has capitals in its utm tags; statistics count them apart"
        elif utm.get("utm_medium") != "email":
            what = "has no utm_medium=email"
        else:
            continue
        yield Hit(
            f"the link {href} {what}",
            "write utm_source=newsletter&utm_medium=email",
            draft.written.link(href),
        )


@rule("link/count", "info", "there are at most 25 links, and one in the article", "own")
def count(draft: Draft) -> Iterator[Hit]:
    number = len({link.href for link in draft.links})
    if number > MOST_LINKS:
        yield Hit(f"the letter has {number} different links", "keep those that readers need")
    elif draft.edition.template not in ASKS_NOTHING and not draft.written.links:
        yield Hit(
            "the article has no link",
            "say what readers can do next: [Book a visit](https://…)",
            draft.edition.body_line,
        )
