"""This module holds the rules of what a clinic may promise: the FTC's Health Products Compliance Guidance (2022), HIPAA."""

import re
from collections.abc import Iterator

from newsletter.checks.draft import Draft
from newsletter.checks.finding import NOT_VERIFIED
from newsletter.checks.rule import TEMPLATES, Hit, rule

CLAIMS = re.compile(
    r"\b(cures?|cured|curing|guarantee[ds]?|miracles?|miraculous|risk[- ]free|proven|100 ?% (?:safe|effective)|"
    r"(?:pain[- ]free|healed|better|results|cured|fit|stronger) (?:with)?in (?:just |only )?(?:\d+|two|three|four|five|six|seven|eight|nine|ten) (?:days?|weeks?|sessions?|minutes)|"
    r"before[- ]and[- ]after)\b",
    re.IGNORECASE,
)
DENIED = re.compile(
    r"(\bno|\bnot|n[’']t|\bnever|\bnobody|\bcannot|\bwithout)\b[^.!?]{0,25}$", re.IGNORECASE
)
QUOTED = re.compile(r"[“\"]([^”\"\n]{20,})[”\"]|(?m:^>\s*(.{20,}))")
PATIENT = re.compile(
    r"\b(patients?|clients?|a member of ours|testimonials?|success stor(?:y|ies))\b", re.IGNORECASE
)
HEALTH_WORDS = re.compile(
    r"\b(pain\w*|injur\w+|muscles?|spine|joints?|surgery|doctors?|arthritis|posture|recovery|symptoms?|"
    r"treatments?|therap\w+|exercises?|stretch\w*|inflammation|tendons?|disease\w*)\b",
    re.IGNORECASE,
)
LONG_READ = 150
FEW = 3


@rule(
    "health/disclaimer",
    "error",
    "the disclaimer of newsletter.toml stands in the HTML and in the text",
    "own, after the FTC's guidance",
)
def disclaimer(draft: Draft) -> Iterator[Hit]:
    words = draft.settings.clinic.disclaimer
    if words and not draft.in_both(words):
        sentence = "the disclaimer is missing in the letter"
        yield Hit(sentence, "put clinic.disclaimer into the template", path=TEMPLATES)


@rule(
    "health/claims",
    "warning",
    "no cure, guarantee, miracle, proof or result by a date is promised (English)",
    "FTC Health Products Compliance Guidance (2022)",
)
def claims(draft: Draft) -> Iterator[Hit]:
    if not _is_english(draft):
        yield _unread("promises", draft)
        return
    cure = "say what is known, with its source"
    for key in ("title", "subject", "preheader"):
        if words := _claim(getattr(draft.edition, key)):
            yield Hit(_needs_evidence(words), cure, draft.key_line(key))
    for match in CLAIMS.finditer(draft.edition.body):
        if not DENIED.search(draft.edition.body[: match.start()][-40:]):
            yield Hit(_needs_evidence(match[0]), cure, draft.line_at(match.start()))


def _is_english(draft: Draft) -> bool:
    return draft.edition.language[:2].lower() == "en"


def _unread(what: str, draft: Draft) -> Hit:
    """The phrases that are looked for are English: silence about another language is no good news."""
    sentence = f"{what} are looked for in English only, this is “{draft.edition.language}”"
    return Hit(sentence, "read it once more", draft.key_line("language"), severity=NOT_VERIFIED)


def _claim(words: str) -> str:
    match = CLAIMS.search(words)
    return match[0] if match and not DENIED.search(words[: match.start()]) else ""


def _needs_evidence(words: str) -> str:
    return f"“{words}” is a claim that needs strong evidence (FTC)"


@rule(
    "health/sources",
    "warning",
    "a long read about health says where it is from, or who reviewed it and when",
    "own",
)
def sources(draft: Draft) -> Iterator[Hit]:
    words = draft.edition.body
    if (
        len(words.split()) < LONG_READ
        or len({w.lower() for w in HEALTH_WORDS.findall(words)}) < FEW
    ):
        return
    reviewed = draft.edition.details.get("reviewed_by") and draft.edition.details.get("reviewed_on")
    if not reviewed and not re.search(r"^:{3,}\s*sources\b", words, re.MULTILINE):
        sentence = "the article speaks of health and names no source and no reviewer"
        cure = "add ::: sources, or reviewed_by: and reviewed_on: at the top"
        yield Hit(sentence, cure, draft.edition.body_line)


@rule(
    "health/testimonial",
    "warning",
    "no patient is quoted without a written release (release: true; English)",
    "HIPAA 45 CFR 164.508, FTC",
)
def testimonial(draft: Draft) -> Iterator[Hit]:
    if draft.edition.details.get("release", "").lower() in {"true", "yes"}:
        return
    if not _is_english(draft):
        yield _unread("words of patients", draft)
        return
    position = 0
    for paragraph in re.split(r"(\n\s*\n)", draft.edition.body):
        quoted = QUOTED.search(paragraph)
        if quoted and PATIENT.search(paragraph):
            sentence = "this reads like the words of a patient"
            cure = "ask for a written release and write release: true at the top, or leave it out"
            yield Hit(sentence, cure, draft.line_at(position + quoted.start()))
        position += len(paragraph)
