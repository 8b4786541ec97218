"""This module holds the rules of the law: CAN-SPAM (15 USC 7704, 16 CFR 316), RFC 8058, CASL, HIPAA. None can be waived."""

import re
from collections.abc import Iterator

from jinja2 import Environment, TemplateSyntaxError, nodes

from newsletter.checks.draft import Draft
from newsletter.checks.evidence import Farewell, People
from newsletter.checks.rule import SETTINGS, TEMPLATES, Hit, rule
from newsletter.letter import READER_FIELDS

FOOTER = f"{TEMPLATES}/partials"
ZIP = re.compile(r"\b\d{5}(?:-\d{4})?\b")
STREET = re.compile(r"\d|\bP\.?\s?O\.? Box\b|\bPMB\b", re.IGNORECASE)
ONE_CLICK = "List-Unsubscribe=One-Click"
CLINICAL = re.compile(
    r"patient|diagnos|surg|post-?op|diabet|pregnan|cancer|condition|injur|pain|visit|appointment|insur|"
    r"symptom|treat|therap|rehab|medic|disease|disorder|stroke|arthr|scoliosis|hernia",
    re.IGNORECASE,
)
FROM_RECORDS = re.compile(
    r"\b(ehr|emr|patients?|medical[- _]records?|practice[- _]management|charts?)\b", re.IGNORECASE
)
AD_WORDS = re.compile(r"\b(advertis\w*|ad|promotion\w*|sponsored|offer from)\b", re.IGNORECASE)


@rule(
    "legal/postal-address",
    "error",
    "the clinic's street address or PO box stands in the HTML and in the text",
    "15 USC 7704(a)(5)(A)(iii), 16 CFR 316.2(p)",
)
def postal_address(draft: Draft) -> Iterator[Hit]:
    address = draft.settings.clinic.postal_address.strip()
    if not address:
        sentence = "the clinic's postal address is not set, and the law asks for it in every letter (CAN-SPAM)"
        severity = "error" if draft.real else "info"
        yield Hit(sentence, "type newsletter setup to enter it", path=SETTINGS, severity=severity)
    elif draft.settings.clinic.country == "United States" and not _is_whole(address):
        sentence = f"the postal address “{address}” has no street, PO box or ZIP"
        yield Hit(sentence, "write it as 12 Made-up Street, New Orleans, LA 70112", path=SETTINGS)
    elif not draft.in_both(address):
        sentence = "the postal address is missing in the letter"
        yield Hit(sentence, "put clinic.postal_address into the footer", path=FOOTER)


def _is_whole(address: str) -> bool:
    return bool(ZIP.search(address) and STREET.search(ZIP.sub("", address)))


@rule(
    "legal/unsubscribe-link",
    "error",
    "a link to unsubscribe, the reader's own, can be seen in the HTML and in the text",
    "15 USC 7704(a)(5)(A)(ii), Gmail, Yahoo",
)
def unsubscribe_link(draft: Draft) -> Iterator[Hit]:
    links = [link for link in draft.page.links if not draft.page.look(link.node).hidden]
    named = [link.href for link in links if _says_so(draft, link.words)]
    own = draft.unsubscribe or next(filter(None, named), "")
    if not own or own not in named:
        cure = "link the word Unsubscribe to reader.unsubscribe_url"
        yield Hit("there is no unsubscribe link in the HTML", cure, path=FOOTER)
        return
    rows = [row.replace(own, "") for row in draft.view.text.split("\n") if own in row]
    if draft.view.text.strip() and not any(_says_so(draft, row) for row in rows):
        cure = "write Unsubscribe: and reader.unsubscribe_url"
        yield Hit("there is no unsubscribe link in the text", cure, path=FOOTER)


def _says_so(draft: Draft, words: str) -> bool:
    """In English the word must be there; other languages have words of their own."""
    if draft.edition.language.startswith("en"):
        return bool(re.search(r"unsubscribe|opt[- ]out", words, re.IGNORECASE))
    return bool(re.search(r"\w{3,}", words))


@rule(
    "legal/unsubscribe-works",
    "error",
    "the clinic's unsubscribe page answers GET and the one-click POST, without login or detour",
    "16 CFR 316.5, RFC 8058",
    needs="farewell",
)
def unsubscribe_works(draft: Draft, farewell: Farewell) -> Iterator[Hit]:
    cure = "start newsletter serve there, with the same NEWSLETTER_LINKS_SECRET as here (newsletter doctor says which is wrong)"
    for method, status in (("opened", farewell.get), ("asked by one click", farewell.post)):
        if not 200 <= status < 300:
            sentence = f"{farewell.url} answers {status or 'nothing'} when it is {method}"
            yield Hit(sentence, cure, path=SETTINGS)
            return
    if farewell.asks_login:
        sentence = f"{farewell.url} asks for a password"
        yield Hit(sentence, "the law allows no login: take it away", path=SETTINGS)


@rule(
    "legal/list-unsubscribe",
    "error",
    "the mail carries List-Unsubscribe (one https link) and List-Unsubscribe-Post",
    "RFC 8058, Gmail, Yahoo",
)
def list_unsubscribe(draft: Draft) -> Iterator[Hit]:
    if not draft.settings.site.url:  # SendGrid adds the headers itself
        return
    link = draft.headers.get("List-Unsubscribe", "")
    if not re.fullmatch(r"<https://[^\s<>,]+>", link):
        sentence = f"the mail's List-Unsubscribe is “{link}”, not one https link"
        yield Hit(sentence, "begin [site] url with https://", path=SETTINGS)
    elif draft.headers.get("List-Unsubscribe-Post") != ONE_CLICK:
        yield Hit(
            "the mail has no List-Unsubscribe-Post", f"it must say {ONE_CLICK}", path=SETTINGS
        )


@rule(
    "legal/consent",
    "error",
    "everybody it goes to has a confirmed consent",
    "CASL, GDPR art. 7(1)",
    needs="people",
)
def consent(_draft: Draft, people: People) -> Iterator[Hit]:
    if people.unconfirmed:
        sentence = f"{_readers(len(people.unconfirmed))} never confirmed that they want the letter"
        yield Hit(sentence, "newsletter lists says whose lists they are on", who=people.unconfirmed)


@rule(
    "legal/list-source",
    "error",
    "no list comes from patient records",
    "HIPAA, 45 CFR 164.501",
    needs="people",
)
def list_source(_draft: Draft, people: People) -> Iterator[Hit]:
    for name, words in people.sources.items():
        if match := FROM_RECORDS.search(words):
            sentence = f"the list {name} seems to come from patient records (“{match[0]}”)"
            cure = "ask these people for their consent, then list who gave it"
            yield Hit(sentence, cure, path=f"subscribers/{name}.toml")


@rule(
    "legal/phi-merge",
    "error",
    "nothing about anybody's health decides what a reader gets",
    "HIPAA, 45 CFR 164.501",
)
def phi_merge(draft: Draft) -> Iterator[Hit]:
    places = ((draft.edition.body, draft.edition.body_line), (draft.edition.subject, 0))
    for source, first in places:
        for line, words in _clinical(source):
            sentence = f"“{words}” says something about a reader's health"
            cure = "write one text for everybody, or ask by interest, as runner"
            yield Hit(sentence, cure, first + line - 1 if first else draft.key_line("subject"))


def _clinical(source: str) -> Iterator[tuple[int, str]]:
    try:
        tree = Environment(autoescape=True, extensions=["jinja2.ext.do"]).parse(source)
    except TemplateSyntaxError:
        return  # composing has said so, with its line
    for field in tree.find_all(nodes.Getattr):
        if _is_reader(field.node) and field.attr not in READER_FIELDS:
            yield field.lineno, f"reader.{field.attr}"
    for asked in tree.find_all(nodes.Compare):
        if any(_is_reader(name) for name in asked.find_all(nodes.Name)):
            for constant in asked.find_all(nodes.Const):
                if CLINICAL.search(str(constant.value)):
                    yield constant.lineno, str(constant.value)


def _is_reader(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and node.name == "reader"


@rule("legal/why-line", "warning", "the letter says why readers get it", "Gmail, good manners")
def why_line(draft: Draft) -> Iterator[Hit]:
    why = draft.settings.clinic.why.strip()
    if not why:
        sentence = "[clinic] why is empty: the letter does not say why readers get it"
        cure = 'write why = "You get this letter because …"'
        yield Hit(sentence, cure, path=SETTINGS)
    elif not draft.in_both(why):
        sentence = "the letter does not say why readers get it"
        yield Hit(sentence, "put clinic.why into the footer", path=FOOTER)


@rule(
    "legal/identity",
    "error",
    "the footer names the clinic, its site, city and country",
    "CASL s. 6(2), CAN-SPAM",
)
def identity(draft: Draft) -> Iterator[Hit]:
    clinic = draft.settings.clinic
    parts = {key: getattr(clinic, key).strip() for key in ("name", "url", "city", "country")}
    if empty := [key for key, words in parts.items() if not words]:
        sentence = f"[clinic] {', '.join(empty)} is empty: the footer must say it"
        yield Hit(sentence, f'write {empty[0]} = "…"', path=SETTINGS)
    if missing := [words for words in parts.values() if words and not draft.in_both(words)]:
        sentence = f"the footer does not say {', '.join(missing)}"
        yield Hit(sentence, "include partials/footer", path=FOOTER)


@rule(
    "legal/ad-label",
    "warning",
    "an advertisement (kind: promo) to people whose consent is not on record says that it is one",
    "15 USC 7704(a)(5)(A)(i)",
    needs="people",
)
def ad_label(draft: Draft, people: People) -> Iterator[Hit]:
    if not draft.edition.is_promo or not people.unworded:
        return
    if not AD_WORDS.search(draft.page.text):
        sentence = f"this is an advertisement, and of {_readers(people.unworded)} it is not on record what they agreed to"
        yield Hit(sentence, "write that it is an advertisement", draft.key_line("kind"))


def _readers(number: int) -> str:
    return "1 reader" if number == 1 else f"{number:,} readers"
