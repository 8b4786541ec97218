"""This module is 25 bad mails, each with the rules that must speak of it."""

from collections.abc import Mapping

from tests.checks.good_mails import VISIT, mail
from tests.checks.good_mails import WORDS as ADVICE
from tests.checks.spoiling import Change, added, both, clinic, head, seen, sender, swapped

SAME = both()
WORDS = f"{ADVICE} [Visit us](https://www.clockworkperform.com/visit)."
HEALTH = (
    "Pain after an injury of muscles, joints and tendons is common; exercises and posture matter. "
    * 12
)

BAD: Mapping[str, tuple[str, Change, tuple[str, ...]]] = {
    "miracle cure": (
        mail(f"{WORDS}\n\nThis miracle stretch cures sciatica. We guarantee it.", subject="Pain-free in 7 days, guaranteed"),
        SAME,
        ("health/claims", "health/claims", "health/claims", "health/claims"),
    ),
    "shouting reply": (mail(WORDS, subject="RE: LAST CHANCE FOR YOUR BACK!!!"), SAME, ("subject/fake-reply", "subject/shout")),
    "no address": (mail(WORDS), clinic(postal_address=""), ("legal/postal-address",)),
    "a town for an address": (mail(WORDS), clinic(postal_address="New Orleans"), ("legal/postal-address",)),
    "no way out": (
        mail(WORDS),
        both(swapped("<a href=\"\\[unsubscribe-here\\][^<]*<[^<]*>", ""), lambda d: seen(text=d.view.text.replace("Unsubscribe: [unsubscribe-here]", ""))(d)),
        ("legal/unsubscribe-link",),
    ),
    "click here": (
        mail(f"{WORDS}\n\n[Click here](https://bit.ly/3abc) or [read more](http://www.clockworkperform.com/more)."),
        SAME,
        ("link/http", "link/shortener", "link/text", "link/text"),
    ),
    "a trap for readers": (
        mail(f"{WORDS}\n\nSee [www.mayoclinic.org](https://203.0.113.9/login)."),
        SAME,
        ("link/ip", "link/mismatch"),
    ),
    "half a link": (mail(f"{WORDS}\n\n[Our classes](/classes) and [our team](www.clockworkperform.com/team)."), SAME, ("link/syntax", "link/syntax")),
    "unfinished": (mail(f"{WORDS}\n\nTODO: opening hours\n\n[Book](https://example.com/visit){{.button}}"), SAME, ("tpl/placeholder", "tpl/placeholder")),
    "a form letter of another tool": (mail(f"{WORDS}\n\nYours, *|SENDER|*"), SAME, ("tpl/placeholder",)),
    "hardly a word": (mail("See you soon."), SAME, ("link/count", "text/length")),
    "short subject and preheader": (mail(WORDS, subject="Hi", preheader="News"), SAME, ("preheader/missing", "subject/length")),
    "an endless subject": (mail(WORDS, subject="Three tips for a strong back, four for the neck, and five for everything else"), SAME, ("subject/length",)),
    "the preheader says it again": (mail(WORDS, preheader="Three tips for a strong back"), SAME, ("preheader/missing",)),
    "a patient's story": (
        mail(f"{WORDS}\n\nOne of our patients, 54, told us: “After three visits I could lift my grandson again.”"),
        SAME,
        ("health/testimonial",),
    ),
    "health without a source": (mail(f"{HEALTH}\n\n{VISIT}"), SAME, ("health/sources", "text/reading")),
    "tags of patients": (
        mail(f'{WORDS}\n\n{{% if "knee surgery" in reader.tags %}}\nYour knee needs time.\n{{% endif %}}'),
        SAME,
        ("legal/phi-merge",),
    ),
    "levels left out": (mail(f"{WORDS}\n\n### Remember\n\nRest."), SAME, ("a11y/headings",)),
    "pale and small": (
        mail(WORDS),
        added('<p style="color:#AAAAAA; background:#FFFFFF; font-size:11px">Terms and conditions apply to all offers of the clinic.</p>', bare=True),
        ("a11y/contrast", "a11y/font-size"),
    ),
    "an old template": (
        mail(WORDS),
        both(swapped('role="presentation"', ""), swapped(' lang="en" dir="ltr"', ""), swapped("<title>[^<]*</title>", "<title>Untitled</title>")),
        ("a11y/lang-dir", "a11y/table-role", "a11y/title"),
    ),
    "a web page": (
        mail(WORDS),
        both(added('<form action="https://a.org/x"><input type="text"></form><script>track()</script>'), head('<link href="https://fonts.googleapis.com/css?family=Lato" rel="stylesheet">')),
        ("css/google-fonts", "css/unsupported", "html/forbidden", "html/forbidden"),
    ),
    "modern layout": (
        mail(WORDS),
        added('<div style="display:flex; gap:12px"><p style="position:sticky">One</p></div>'),
        ("css/unsupported", "css/unsupported", "css/unsupported"),
    ),
    "hidden words": (mail(WORDS), added('<div style="display:none">cheap pills weight loss</div>'), ("preheader/hidden",)),
    "nobody answers": (mail(WORDS), sender(email="noreply@gmail.com", name="URGENT news ✅"), ("mail/from", "mail/from-name", "mail/reply-to")),
    "too long for Gmail": (mail(WORDS), added("<!--" + "x" * 104_000 + "-->"), ("size/html",)),
}  # fmt: skip
