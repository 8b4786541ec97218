"""This module holds the rules of what stands in the inbox: sender, subject, preheader, and how the mail is built."""

import re
from collections.abc import Iterator

from newsletter.audience import domain_of
from newsletter.checks.draft import Draft
from newsletter.checks.evidence import Earlier, Records, Spam
from newsletter.checks.rule import SETTINGS, Hit, rule
from newsletter.checks.words import emoji, graphemes

FREEMAIL = frozenset(
    "gmail.com googlemail.com yahoo.com outlook.com hotmail.com live.com msn.com aol.com icloud.com me.com "
    "proton.me protonmail.com gmx.com mail.com".split()
)
URGENT = re.compile(
    r"\b(last chance|urgent|act now|hurry|final notice|limited time|only today|free|winner|alert)\b",
    re.IGNORECASE,
)
SHORTEST, LONGEST = 10, 60
SHORTEST_PREHEADER, LONGEST_PREHEADER = 40, 110
ENOUGH_IN_COMMON = 0.6
SPAM, SUSPICIOUS = 5.0, 2.0


@rule(
    "mail/auth",
    "error",
    "the sender's domain has SPF, DKIM and DMARC records",
    "Gmail, Yahoo, Microsoft",
    needs="records",
)
def auth(_draft: Draft, records: Records) -> Iterator[Hit]:
    domain = records.domain
    cure = "type newsletter doctor: it names the records to add where the domain is kept"
    if not records.dkim:
        yield Hit(f"{domain} has no DKIM key of SendGrid (s1._domainkey)", cure, path=SETTINGS)
    if not records.dmarc:
        cure = f'add the record _dmarc.{domain} TXT "v=DMARC1; p=none"'
        yield Hit(f"{domain} has no DMARC record", cure, path=SETTINGS)
    if not records.spf and not records.dkim:
        yield Hit(f"{domain} has no SPF record", "add it where the domain is kept", path=SETTINGS)


@rule(
    "mail/from",
    "error",
    "the sender is an address on the clinic's own domain",
    "Gmail, SpamAssassin",
)
def sender(draft: Draft) -> Iterator[Hit]:
    address = draft.settings.sender.email
    domain = domain_of(address)
    if not draft.real:
        return
    if not address:
        yield Hit("there is no sender", "type newsletter setup to enter it", path=SETTINGS)
    elif domain in FREEMAIL:
        sentence = f"the sender is at {domain}, which mailboxes refuse for newsletters"
        yield Hit(sentence, "use an address on the clinic's own domain", path=SETTINGS)


@rule(
    "mail/from-name",
    "warning",
    "the sender's name is the clinic's and nothing else, and the same as last time",
    "Gmail",
)
def from_name(draft: Draft) -> Iterator[Hit]:
    name = draft.settings.sender.name
    earlier = draft.evidence.earlier or ()
    if not name.strip():
        sentence = "[sender] name is empty: the inbox shows the bare address"
    elif wrong := (URGENT.search(name) or re.search(r"[!?]|\bre:", name, re.IGNORECASE)):
        sentence = f"the sender's name “{name}” says “{wrong[0]}”; it shall only say who writes"
    elif emoji(name):
        sentence = f"the sender's name “{name}” has a picture sign, which may imitate a badge"
    elif earlier and earlier[0].sender_name != name:
        sentence = f"the sender's name was “{earlier[0].sender_name}” last time; readers may not know “{name}”"
    else:
        return
    yield Hit(sentence, "write the clinic's name under [sender]", path=SETTINGS)


@rule("mail/reply-to", "warning", "replies reach a person", "Microsoft")
def reply_to(draft: Draft) -> Iterator[Hit]:
    address = draft.settings.sender.reply_to or draft.settings.sender.email
    if re.match(r"(no|do[-_.]?not)[-_.]?reply", address, re.IGNORECASE):
        sentence = f"nobody reads replies to {address}"
        yield Hit(sentence, "write reply_to = an address that somebody reads", path=SETTINGS)


@rule(
    "mail/reply-mx",
    "warning",
    "the domain that replies go to takes mail",
    "Microsoft, RFC 5321",
    needs="reply_exchange",
)
def reply_exchange(draft: Draft, takes: bool) -> Iterator[Hit]:
    if not takes:
        address = draft.settings.sender.reply_to or draft.settings.sender.email
        sentence = f"{address.rpartition('@')[2]} takes no mail, so replies to {address} are lost"
        yield Hit(sentence, "write reply_to = an address that somebody reads", path=SETTINGS)


@rule("mail/multipart", "error", "there is an HTML and a text part, neither empty", "SpamAssassin")
def multipart(draft: Draft) -> Iterator[Hit]:
    for name, words in (("HTML", draft.page.text), ("text", draft.view.text)):
        if not words.strip():
            cure = "write the article into the template"
            yield Hit(f"the {name} part is empty", cure, path=draft.template)


@rule(
    "mail/text-match",
    "warning",
    "the text says what the HTML says (60 % of the words)",
    "SpamAssassin MPART_ALT_DIFF, rspamd",
)
def text_match(draft: Draft) -> Iterator[Hit]:
    shown, written = (_words(part) for part in (draft.page.text, draft.view.text))
    if not shown or not written:
        return
    common = len(shown & written) / len(shown)
    if common < ENOUGH_IN_COMMON:
        sentence = f"the text part has only {common:.0%} of the words of the HTML"
        yield Hit(
            sentence,
            'put {% include "edition/body.txt" %} into it',
            path=draft.template.replace(".mjml", ".txt"),
        )


def _words(part: str) -> set[str]:
    return set(re.findall(r"\w{3,}", re.sub(r"https?://\S+", "", part).lower()))


@rule(
    "mail/spam-score",
    "error",
    "SpamAssassin's local rules give less than 2 of 5 points",
    "SpamAssassin",
    needs="spam",
)
def spam_score(draft: Draft, spam: Spam) -> Iterator[Hit]:
    if spam.score < SUSPICIOUS:
        return
    costly = sorted(spam.rules.items(), key=lambda entry: -entry[1])
    told = "; ".join(
        f"{points:g} for {spam.meanings.get(name, name)} ({name})"
        for name, points in costly
        if points >= 0.1
    )
    severity = "error" if spam.score >= SPAM else "warning"
    sentence = f"SpamAssassin gives {spam.score:g} of 5 points: {told}"
    yield Hit(sentence, "reword what costs most", severity=severity)


@rule("subject/missing", "error", "there is a subject", "Gmail")
def subject_missing(draft: Draft) -> Iterator[Hit]:
    if not draft.view.subject.strip():
        yield Hit(
            "the subject is empty", "write subject: and what it is about", draft.key_line("subject")
        )


@rule(
    "subject/fake-reply", "error", "the subject does not pretend to be a reply", "Gmail, CAN-SPAM"
)
def fake_reply(draft: Draft) -> Iterator[Hit]:
    if re.match(r"\s*(re|fwd?|aw)\s*:", draft.view.subject, re.IGNORECASE):
        sentence = "the subject pretends to be a reply"
        yield Hit(sentence, "take Re: or Fwd: away", draft.key_line("subject"))


@rule(
    "subject/length",
    "warning",
    "the subject has 10 to 60 characters",
    "Buttondown, Apple Mail, Gmail",
)
def subject_length(draft: Draft) -> Iterator[Hit]:
    length = graphemes(draft.view.subject.strip())
    if length and not SHORTEST <= length <= LONGEST:
        sentence = f"the subject has {length} characters; phones show about 40, mailboxes 60"
        yield Hit(sentence, "write 10 to 60, the key words first", draft.key_line("subject"))


@rule(
    "subject/shout", "warning", "the subject does not shout", "SpamAssassin SUBJ_ALL_CAPS, rspamd"
)
def subject_shout(draft: Draft) -> Iterator[Hit]:
    words = draft.view.subject
    letters = [sign for sign in words if sign.isalpha()]
    shouted = sum(sign.isupper() for sign in letters)
    if len(letters) >= SHORTEST and shouted * 2 > len(letters):
        sentence, cure = "most of the subject is in capitals", "write it in small letters"
    elif re.search(r"[!?]{2}", words):
        sentence, cure = "the subject has several ! or ? in a row", "one is enough"
    elif len(emoji(words)) > 1:
        sentence, cure = "the subject has several picture signs", "one is enough"
    else:
        return
    yield Hit(sentence, cure, draft.key_line("subject"))


@rule(
    "subject/repeat",
    "warning",
    "the subject is not that of an earlier edition",
    "own",
    needs="earlier",
)
def subject_repeat(draft: Draft, earlier: tuple[Earlier, ...]) -> Iterator[Hit]:
    for sent in earlier:
        same = sent.subject.strip().lower() == draft.edition.subject.strip().lower()
        if same and sent.edition_id != draft.edition.id:
            sentence = f"{sent.edition} had the same subject"
            yield Hit(sentence, "say what is new", draft.key_line("subject"))
            return


@rule(
    "preheader/missing",
    "warning",
    "the preheader has 40 to 110 characters and adds to the subject",
    "Gmail, Apple Mail",
)
def preheader(draft: Draft) -> Iterator[Hit]:
    words, line = draft.edition.preheader.strip(), draft.key_line("preheader")
    if words.lower() == draft.edition.subject.strip().lower():
        yield Hit("the preheader repeats the subject", "say what the subject does not", line)
    elif re.match(r"view (this |it )?(e?mail |letter )?(online|in)", words, re.IGNORECASE):
        yield Hit("the preheader begins with “view online”", "say what the letter is about", line)
    elif not SHORTEST_PREHEADER <= graphemes(words) <= LONGEST_PREHEADER:
        yield Hit(f"the preheader has {graphemes(words)} characters", "write 40 to 110", line)


@rule(
    "preheader/hidden",
    "warning",
    "no words are hidden from readers",
    "Gmail, SpamAssassin HTML_FONT_LOW_CONTRAST",
)
def hidden_words(draft: Draft) -> Iterator[Hit]:
    words = " ".join(run.words for run in draft.page.concealed if run.node.tag != "a")
    if re.search(r"\w{2}", words):
        sentence = f"“{words[:60]}” is in the letter but hidden; mailboxes take that for a trick"
        yield Hit(sentence, "show it as the first line, or take it out", path=draft.template)
