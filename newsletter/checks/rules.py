"""This module is the table of rules: one small function each, from a draft to findings.

Ids and reasons: 15 USC 7704 and 16 CFR 316 (CAN-SPAM), the sender rules of Gmail and Yahoo, the
FTC's Health Products Compliance Guidance (2022), WCAG 2.2.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlsplit

from newsletter.checks.draft import Draft
from newsletter.checks.finding import Finding

CLIPPED_BYTES = 102_000
LARGE_BYTES = 80_000
BYTES_A_LINK = 350
"""What SendGrid's rewriting adds to a link, about."""

FREEMAIL = frozenset(
    "gmail.com googlemail.com yahoo.com outlook.com hotmail.com live.com msn.com aol.com icloud.com me.com "
    "proton.me protonmail.com gmx.com mail.com".split()
)
LEFTOVER = re.compile(r"\{\{|\}\}|\{%|%\}|%%\w+%%|\bTODO\b|\blorem ipsum\b|\bXXX\b", re.IGNORECASE)
CLAIMS = re.compile(
    r"\b(cures?|cured|guarantee[ds]?|miracle|risk[- ]free|100 ?% (?:safe|effective)|(?:pain[- ]free|healed) in \d+ days|"
    r"before[- ]and[- ]after|clinically proven|scientifically proven)\b",
    re.IGNORECASE,
)

Rule = Callable[[Draft], Iterator[Finding]]


def postal_address(draft: Draft) -> Iterator[Finding]:
    address = draft.settings.clinic.postal_address
    if not address:
        severity = "error" if draft.real else "info"
        sentence = "the clinic's postal address is not set, and the law asks for it in every letter (CAN-SPAM)"
        yield Finding(
            "legal/postal-address",
            severity,
            sentence,
            "type newsletter setup to enter it",
            "newsletter.toml",
        )
    elif not _in_both(draft, address):
        yield _template(
            "legal/postal-address",
            "the postal address is missing in the letter",
            "put clinic.postal_address into the footer",
        )


def unsubscribe_link(draft: Draft) -> Iterator[Finding]:
    rule = "legal/unsubscribe-link"
    links = [href for href, words in draft.page.links if "unsubscribe" in words.lower()]
    if not any(links):
        sentence = "there is no unsubscribe link in the HTML"
        yield _template(rule, sentence, "link the word Unsubscribe to reader.unsubscribe_url")
        return
    rows = [row for row in draft.view.text.split("\n") if links[0] in row]
    if not any("unsubscribe" in row.replace(links[0], "").lower() for row in rows):
        sentence = "there is no unsubscribe link in the text"
        yield _template(rule, sentence, "write Unsubscribe: and reader.unsubscribe_url")


def why_line(draft: Draft) -> Iterator[Finding]:
    if not _in_both(draft, draft.settings.clinic.why):
        yield _template(
            "legal/why-line",
            "the letter does not say why readers get it",
            "put clinic.why into the footer",
            "warning",
        )


def identity(draft: Draft) -> Iterator[Finding]:
    clinic = draft.settings.clinic
    missing = [
        word
        for word in (clinic.name, clinic.url, clinic.city, clinic.country)
        if not _in_both(draft, word)
    ]
    if missing:
        yield _template(
            "legal/identity",
            f"the footer does not say {', '.join(missing)}",
            "include partials/footer",
        )


def sender(draft: Draft) -> Iterator[Finding]:
    address = draft.settings.sender.email
    domain = address.rpartition("@")[2].lower()
    if not draft.real:
        return
    if not address:
        yield Finding(
            "mail/from",
            "error",
            "there is no sender",
            "type newsletter setup to enter it",
            "newsletter.toml",
        )
    elif domain in FREEMAIL:
        sentence = f"the sender is at {domain}, which mailboxes refuse for newsletters"
        yield Finding(
            "mail/from",
            "error",
            sentence,
            "use an address on the clinic's own domain",
            "newsletter.toml",
        )


def multipart(draft: Draft) -> Iterator[Finding]:
    for name, words in (("HTML", draft.page.text), ("text", draft.view.text)):
        if not words.strip():
            yield _template(
                "mail/multipart", f"the {name} part is empty", "write the article into the template"
            )


def subject(draft: Draft) -> Iterator[Finding]:
    words, line = draft.view.subject, draft.key_line("subject")
    name = draft.edition.name
    if re.match(r"\s*(re|fwd?)\s*:", words, re.IGNORECASE):
        yield Finding(
            "subject/fake-reply",
            "error",
            "the subject pretends to be a reply",
            "take Re: or Fwd: away",
            name,
            line,
        )
    if not 10 <= len(words) <= 60:
        sentence = f"the subject has {len(words)} characters; phones show about 40, mailboxes 60"
        yield Finding(
            "subject/length", "warning", sentence, "write 10 to 60, the key words first", name, line
        )


def preheader(draft: Draft) -> Iterator[Finding]:
    words, line = draft.edition.preheader, draft.key_line("preheader")
    if words.strip().lower() == draft.edition.subject.strip().lower():
        yield Finding(
            "preheader/missing",
            "warning",
            "the preheader repeats the subject",
            "say what the subject does not",
            draft.edition.name,
            line,
        )
    elif not 40 <= len(words) <= 110:
        sentence = f"the preheader has {len(words)} characters"
        yield Finding(
            "preheader/missing", "warning", sentence, "write 40 to 110", draft.edition.name, line
        )


def leftover(draft: Draft) -> Iterator[Finding]:
    for part in (draft.page.text, draft.view.text, draft.view.subject):
        if match := LEFTOVER.search(part):
            sentence = f"“{match[0]}” was left in the letter"
            yield Finding(
                "tpl/placeholder",
                "error",
                sentence,
                "finish or remove it",
                draft.edition.name,
                draft.line(match[0]),
            )
            return


def size(draft: Draft) -> Iterator[Finding]:
    large = len(draft.view.html.encode()) + BYTES_A_LINK * len(draft.page.links)
    if large > LARGE_BYTES:
        severity = "error" if large > CLIPPED_BYTES else "warning"
        sentence = f"the HTML is {large / 1000:.0f} kB with links; Gmail cuts it at 102"
        yield Finding("size/html", severity, sentence, "shorten the article", draft.edition.name)


def alternative(draft: Draft) -> Iterator[Finding]:
    for image in draft.page.images:
        if "alt" not in image:
            sentence = f"the picture {image.get('src')} has no description"
            yield Finding("a11y/alt", "error", sentence, "write what it shows", draft.edition.name)


def link_syntax(draft: Draft) -> Iterator[Finding]:
    for href, words in draft.page.links:
        if href.startswith(("mailto:", "tel:", "[", "<%")):
            continue
        parts = urlsplit(href)
        if parts.scheme not in {"http", "https"} or "." not in parts.netloc or " " in href:
            sentence = f"the link “{words}” leads to “{href}”"
            yield Finding(
                "link/syntax",
                "error",
                sentence,
                "write a whole link: https://…",
                draft.edition.name,
                draft.line(href or words),
            )


def disclaimer(draft: Draft) -> Iterator[Finding]:
    words = draft.settings.clinic.disclaimer
    if words and not _in_both(draft, words):
        yield _template(
            "health/disclaimer",
            "the disclaimer is missing in the letter",
            "put clinic.disclaimer into the template",
        )


def claims(draft: Draft) -> Iterator[Finding]:
    for match in CLAIMS.finditer(draft.edition.body):
        line = draft.edition.body_line + draft.edition.body.count("\n", 0, match.start())
        sentence = f"“{match[0]}” is a claim that needs strong evidence (FTC)"
        yield Finding(
            "health/claims",
            "warning",
            sentence,
            "say what is known, with its source",
            draft.edition.name,
            line,
        )


RULES: Mapping[str, Rule] = {
    "legal/postal-address": postal_address,
    "legal/unsubscribe-link": unsubscribe_link,
    "legal/why-line": why_line,
    "legal/identity": identity,
    "mail/from": sender,
    "mail/multipart": multipart,
    "subject/length": subject,
    "preheader/missing": preheader,
    "tpl/placeholder": leftover,
    "size/html": size,
    "a11y/alt": alternative,
    "link/syntax": link_syntax,
    "health/disclaimer": disclaimer,
    "health/claims": claims,
}


def check(draft: Draft) -> list[Finding]:
    """Everything the rules find, errors first."""
    found = [finding for rule in RULES.values() for finding in rule(draft)]
    return sorted(
        found,
        key=lambda finding: (
            ("error", "warning", "info").index(finding.severity),
            finding.line or 0,
        ),
    )


def _in_both(draft: Draft, words: str) -> bool:
    wanted = " ".join(words.split())
    return wanted in draft.page.text and wanted in " ".join(draft.view.text.split())


def _template(rule: str, sentence: str, cure: str, severity: str = "error") -> Finding:
    return Finding(rule, severity, sentence, cure, "templates/email")
