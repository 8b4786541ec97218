"""This module is the table of what triggers each rule and nothing else."""

from collections.abc import Mapping
from dataclasses import replace

from newsletter.checks.evidence import Farewell, Hole, Misspelling, People, Records, Spam, Violation
from newsletter.errors import Problem
from tests.checks.spoiling import (
    AFTER,
    DAY,
    HEADERS,
    HEALTH,
    LAST,
    NIGHT,
    VISIT,
    Change,
    added,
    answers,
    body,
    both,
    box,
    clinic,
    detail,
    edited,
    head,
    known,
    link,
    own_site,
    people,
    picture,
    seen,
    sender,
    sent,
    swapped,
    text_swapped,
    unlinked,
    without,
)

TRIGGERS: Mapping[str, Mapping[str, tuple[Change, str]]] = {
    "legal/postal-address": {
        "not set": (clinic(postal_address=""), "error"),
        "not set, in practice": (
            both(clinic(postal_address=""), lambda d: replace(d, real=False)),
            "info",
        ),
        "spaces, in another country": (clinic(postal_address="  ", country="New Orleans"), "error"),
        "not shown": (clinic(postal_address="9 Other Street, New Orleans, LA 70113"), "error"),
        "a town is no address": (clinic(postal_address="New Orleans, United States"), "error"),
    },
    "legal/unsubscribe-link": {
        "not in the HTML": (swapped(">Unsubscribe<", ">Leave<"), "error"),
        "hidden": (swapped('href="\\[unsubscribe-here\\]" clicktracking="off" style="', 'href="[unsubscribe-here]" style="display:none;'), "error"),
        "not in the text": (text_swapped("Unsubscribe:", "Leave:"), "error"),
        "another one in the text": (text_swapped("[unsubscribe-here]", "[elsewhere]"), "error"),
        "somebody else's": (swapped("\\[unsubscribe-here\\]", "[elsewhere]"), "error"),
    },
    "legal/unsubscribe-works": {
        "gone": (known(farewell=Farewell("https://a.org/u", 404, 404)), "error"),
        "no one-click": (known(farewell=Farewell("https://a.org/u", 200, 405)), "error"),
        "moved": (known(farewell=Farewell("https://a.org/u", 302, 200)), "error"),
        "login": (known(farewell=Farewell("https://a.org/u", 200, 200, True)), "error"),
    },
    "legal/list-unsubscribe": {
        "no header": (own_site({}), "error"),
        "no post header": (own_site({"List-Unsubscribe": HEADERS["List-Unsubscribe"]}), "error"),
        "two links": (
            own_site({**HEADERS, "List-Unsubscribe": "<https://a.org>, <mailto:a@a.org>"}),
            "error",
        ),
    },
    "legal/consent": {
        "never confirmed": (people("ada@tulane.edu", unconfirmed=("ada@tulane.edu",)), "error")
    },
    "legal/list-source": {
        "patients": (people("ada@tulane.edu", sources={"spring": "spring patients-2026.csv"}), "error"),
        "EHR": (people("ada@tulane.edu", sources={"ehr": "ehr export.csv"}), "error"),
    },
    "legal/phi-merge": {
        "a field": (body("\n{{ reader.diagnosis }}\n"), "error"),
        "a condition": (body('\n{% if "back-pain" in reader.tags %}\n'  "x\n{% endif %}\n"), "error"),
    },
    "legal/why-line": {
        "missing": (
            without("You get this letter because you signed up for news from Clockwork Perform."),
            "warning",
        ),
        "empty in the settings": (
            both(clinic(why=" "), without("You get this letter because you signed up for news from Clockwork Perform.")),
            "warning",
        ),
    },
    "legal/identity": {
        "no country": (without("United States"), "error"),
        "no city in the settings": (clinic(city=""), "error"),
        "no name in the settings": (clinic(name="  ", url=""), "error"),
    },
    "legal/ad-label": {
        "no word of it": (
            both(detail(kind="promo"), people("ada@tulane.edu", unworded=1)),
            "warning",
        ),
        "written large": (
            both(detail(kind="Promo"), people("ada@tulane.edu", unworded=1)),
            "warning",
        ),
    },
    "health/disclaimer": {
        "missing": (
            lambda d: without(d.settings.clinic.disclaimer)(d),
            "error",
        )
    },
    "health/claims": {
        "a cure": (body("\nIt cures every back.\n"), "warning"),
        "by a date": (body("\nPain-free in 7 days.\n"), "warning"),
        "within a time": (body("\nPain free within two weeks.\n"), "warning"),
        "in the subject": (edited(subject="A proven way to a strong back"), "warning"),
    },
    "health/sources": {"none": (body(HEALTH), "warning")},
    "health/testimonial": {
        "a quote": (body("\nOne of our patients says: “I could walk again after only three visits.”\n"), "warning"),
        "a block": (body("\n> I could walk again after three visits.\n> A client from Gretna\n"), "warning"),
    },
    "edition/article": {
        "broken": (known(problems=(Problem("content/x.md", 3, "subjekt is unknown", "…"),)), "error"),
        "a waiver of the law": (edited(allow={"legal/consent": "we know them"}), "error"),
        "a waiver of nothing": (edited(allow={"text/nothing": "reason"}), "error"),
        "a waiver without a reason": (edited(allow={"text/length": " "}), "error"),
    },
    "tpl/mjml": {
        "unknown tag": (
            known(problems=(Problem("templates/email/a.mjml", 3, "<mj-nope> is no tag", "…"),)),
            "error",
        )
    },
    "tpl/placeholder": {
        "a field in one brace": (added("<p>Hi {reader.first_name},</p>"), "error"),
        "braces set apart": (added("<p>Hi { { first_name } },</p>"), "error"),
        "todo": (lambda d: seen(text=d.view.text + "TODO write this")(d), "error"),
        "jinja": (seen(subject="Three tips for {{ you }}"), "error"),
        "a form": (lambda d: seen(text=d.view.text + "Dear [First name],")(d), "error"),
        "another tool's": (added("<p>Dear *|FNAME|*</p>"), "error"),
        "a sample address": (link("https://www.example.com/visit"), "error"),
        "this computer": (link("https://localhost/visit"), "error"),
    },
    "tpl/missing-value": {
        "a hole": (
            known(holes=(Hole(Problem("content/good.md", 9, "a value is empty", "…"), ("a@b.org",)),)),
            "error",
        )
    },
    "mail/auth": {
        "no DKIM": (known(records=Records("a.org", True, False, True)), "error"),
        "no DMARC": (known(records=Records("a.org", True, True, False)), "error"),
    },
    "mail/from": {
        "none": (sender(email=""), "error"),
        "a free mailbox": (sender(email="clinic@gmail.com"), "error"),
    },
    "mail/from-name": {
        "none": (sender(name=""), "warning"),
        "urgent": (sender(name="Clockwork LAST CHANCE"), "warning"),
        "a badge": (sender(name="Clockwork Perform ✅"), "warning"),
        "another than last time": (sent(sender_name="Clockwork"), "warning"),
    },
    "mail/reply-to": {
        "nobody reads": (sender(reply_to="no-reply@clockworkperform.com"), "warning"),
    },
    "mail/reply-mx": {"takes no mail": (known(reply_exchange=False), "warning")},
    "mail/multipart": {
        "no words": (seen(text=" "), "error"),
    },
    "mail/text-match": {
        "another text": (
            lambda d: seen(text="Read this online.\n" + d.view.text.split("--------")[1] + d.settings.clinic.disclaimer)(d),
            "warning",
        )
    },
    "mail/spam-score": {
        "spam": (known(spam=Spam(5.8, {"DIET_1": 0.7, "SUBJECT_DIET": 1.9})), "error"),
        "near spam": (known(spam=Spam(2.6, {"SUBJECT_DIET": 1.9})), "warning"),
    },
    "subject/missing": {"empty": (seen(subject=" "), "error")},
    "subject/fake-reply": {
        "re": (seen(subject="Re: three tips for you"), "error"),
        "fwd": (seen(subject="FWD: three tips for you"), "error"),
    },
    "subject/length": {
        "short": (seen(subject="Tips"), "warning"),
        "long": (seen(subject="Tips " * 20), "warning"),
    },
    "subject/shout": {
        "capitals": (seen(subject="THREE TIPS FOR A STRONG back"), "warning"),
        "marks": (seen(subject="Three tips for a strong back!!"), "warning"),
        "pictures": (seen(subject="Three tips 💪 for a strong back 🦴"), "warning"),
    },
    "subject/repeat": {"as before": (sent(subject="Three tips for a strong back"), "warning")},
    "preheader/missing": {
        "repeats": (edited(preheader="Three tips for a strong back"), "warning"),
        "short": (edited(preheader="Tips."), "warning"),
        "view online": (edited(preheader="View this email online, if it does not look right to you."), "warning"),
    },
    "preheader/hidden": {
        "not shown": (box("display:none"), "warning"),
        "tiny": (box("font-size:1px; color:#F4F6F5"), "warning"),
    },
    "link/syntax": {
        "relative": (link("/visit"), "error"),
        "script": (link("javascript:alert(1)"), "error"),
        "empty": (link(""), "error"),
        "space": (link("https://www.clockworkperform.com/our visit"), "error"),
    },
    "link/dead": {
        "gone": (answers(404), "error"),
        "server down": (answers(503), "error"),
        "no such name": (answers(0, trouble="there is no site of that name"), "error"),
    },
    "link/unsure": {"refused": (answers(403), "info"), "busy": (answers(429), "info")},
    "link/redirects": {"many": (answers(200, hops=4), "warning")},
    "link/http": {
        "plain": (link("http://www.clockworkperform.com/visit"), "warning"),
        "in capitals": (link("HTTP://www.clockworkperform.com/visit"), "warning"),
    },
    "link/mismatch": {"another site": (link(VISIT, "www.mayoclinic.org"), "error")},
    "link/ip": {"a number": (link("https://203.0.113.7/visit"), "error")},
    "link/shortener": {"bit.ly": (link("https://bit.ly/3xyz"), "warning")},
    "link/text": {
        "click here": (link(VISIT, "Click here"), "warning"),
        "a long address": (link(VISIT + "?a-very-long-tail-of-words", VISIT + "?a-very-long-tail-of-words"), "warning"),
    },
    "link/utm": {
        "some have, some not": (link(f"{VISIT}?utm_source=newsletter&utm_medium=email"), "info"),
        "capitals": (
            swapped('href="https://www.clockworkperform.com/(visit)?"', 'href="https://www.clockworkperform.com/?utm_source=Newsletter&utm_medium=email"'),
            "info",
        ),
    },
    "link/count": {
        "many": (
            added("".join(f'<p><a href="{AFTER}/{n}">Page number {n}</a></p>' for n in range(26))),
            "info",
        ),
        "none but those of the header and the footer": (unlinked, "info"),
    },
    "a11y/alt": {
        "none": (added('<img src="https://a.org/a.png" width="9" height="9">'), "error"),
        "a file's name": (added('<img src="https://a.org/a.png" alt="IMG_2041.png" width="9" height="9">'), "warning"),
        "a novel": (added(f'<img src="https://a.org/a.png" alt="{"A tree. " * 30}" width="9" height="9">'), "warning"),
    },
    "a11y/link-name": {
        "empty": (link(VISIT, ""), "error"),
        "a picture without a description": (
            link(VISIT, '<img src="https://a.org/a.png" alt="" width="9" height="9">'),
            "error",
        ),
    },
    "a11y/lang-dir": {
        "none on html": (swapped('<html lang="en" dir="ltr"', "<html"), "error"),
        "none in the body": (swapped('lang="en" dir="ltr" style', "style"), "error"),
        "another language": (swapped('lang="en"', 'lang="fr"'), "error"),
        "the wrong way": (swapped('lang="en" dir="ltr"', 'lang="en" dir="rtl"'), "error"),
    },
    "a11y/table-role": {
        "layout": (added("<table><tr><td>Words</td></tr></table>"), "error"),
        "for Outlook": (added("<!--[if mso | IE]><table><tr><td><![endif]-->"), "error"),
    },
    "a11y/headings": {
        "two": (added("<h1>Another title</h1>"), "warning"),
        "none": (swapped("h1", "h2"), "warning"),
        "skipped": (added("<h4>A small heading</h4>"), "warning"),
        "empty": (added("<h2> </h2>"), "warning"),
    },
    "a11y/title": {
        "none": (swapped("<title>[^<]*</title>", "<title></title>"), "warning"),
        "another": (swapped("<title>[^<]*</title>", "<title>Newsletter template</title>"), "warning"),
    },
    "a11y/zoom": {
        "forbidden": (
            swapped("width=device-width, initial-scale=1", "width=device-width, user-scalable=no"),
            "error",
        )
    },
    "a11y/lists": {
        "item without a list": (added("<div><li>One</li></div>"), "error"),
        "something else in a list": (added("<ul><p>One</p></ul>"), "error"),
    },
    "a11y/moving": {"marquee": (added("<marquee>News</marquee>"), "error")},
    "a11y/aria": {
        "no such role": (added('<p role="headline">News</p>'), "error"),
        "a hidden link": (added(f'<p aria-hidden="true"><a href="{VISIT}">Visit us</a></p>'), "error"),
    },
    "a11y/contrast": {
        "grey on white": (box("color:#999999; background:#FFFFFF"), "error"),
        "white on white": (added('<table role="presentation" bgcolor="#FFFFFF"><tr><td style="color:#fff">Words</td></tr></table>', bare=True), "error"),
    },
    "a11y/contrast-dark": {
        "dark on dark": (
            both(
                head("<style>@media (prefers-color-scheme: dark) { .own { background:#111111 !important } }</style>"),
                added('<div class="own" style="background:#FFFFFF; color:#222222">Words</div>', bare=True),
            ),
            "error",
        )
    },
    "a11y/contrast-forced": {
        "too near": (box("background:#ECECEC; color:#5F5F5F"), "warning"),
    },
    "a11y/link-colour": {
        "no underline": (
            added(f'<p>Come in and <a href="{VISIT}" style="text-decoration:none">visit the clinic</a> soon.</p>'),
            "warning",
        )
    },
    "a11y/font-size": {
        "small": (box("font-size:11px"), "warning"),
        "small article": (swapped("font-size:17px", "font-size:15px"), "warning"),
    },
    "a11y/line-height": {"tight": (box("font-size:17px; line-height:17px", "Words in a row. " * 6), "warning")},
    "a11y/justify-caps": {
        "justified": (box("text-align:justify", "Words in a row. " * 6), "warning"),
        "capitals": (box("", "PLEASE COME TO THE CLINIC ON TUESDAY"), "warning"),
    },
    "a11y/target": {
        "low": (
            added(f'<p><a href="{VISIT}" style="background:#0B5D4E; color:#FFFFFF; padding:4px 8px; line-height:20px; display:inline-block">Visit us</a></p>', bare=True),
            "warning",
        )
    },
    "a11y/axe": {
        "a violation": (
            known(axe=(Violation("list", "serious", "Lists must be lists", "light", "<ul>"),)),
            "error",
        )
    },
    "size/html": {
        "large": (added("<!--" + "x" * 75_000 + "-->"), "warning"),
        "clipped": (added("<!--" + "x" * 110_000 + "-->"), "error"),
    },
    "size/image": {
        "large": (picture(weight=300_000), "warning"),
        "huge": (picture(weight=1_200_000), "error"),
    },
    "img/format": {
        "webp by name": (added('<img src="https://a.org/a.webp" alt="A tree." width="9" height="9">'), "error"),
        "webp inside": (picture("WEBP"), "error"),
        "in the HTML": (added('<img src="data:image/png;base64,AA" alt="A tree." width="9" height="9">'), "error"),
    },
    "img/dims": {
        "no width": (added('<img src="https://a.org/a.png" alt="A tree.">'), "warning"),
        "far too wide": (picture(width=1100), "warning"),
    },
    "img/ratio": {
        "a picture with a caption": (
            lambda d: seen(html=d.view.html.replace(d.page.html[d.page.html.index("<p style"):d.page.html.index("You get this")], '<img src="https://a.org/a.png" alt="A tree." width="9" height="9">' + d.settings.clinic.disclaimer + " "))(d),
            "error",
        )
    },
    "css/unsupported": {
        "grid": (box("display:grid; color:#1F2A2E"), "warning"),
        "gap": (box("gap:12px"), "warning"),
        "svg": (added('<svg width="9" height="9"></svg>'), "warning"),
        "inline margins": (box("margin-inline:12px"), "warning"),
        "a cut": (box("clip-path:circle(40%)"), "warning"),
    },
    "css/google-fonts": {
        "link": (head('<link href="https://fonts.googleapis.com/css?family=Roboto" rel="stylesheet">'), "warning"),
    },
    "css/dark": {"no meta": (swapped('<meta name="color-scheme"[^>]*>', ""), "info")},
    "html/forbidden": {
        "script": (added("<script>alert(1)</script>"), "error"),
        "frame": (added('<iframe src="https://a.org/"></iframe>'), "error"),
        "style sheet": (head('<link rel="stylesheet" href="https://a.org/a.css">'), "error"),
    },
    "list/syntax": {"no address": (people("ada@tulane.edu", "ada@@x"), "error")},
    "list/typo": {
        "gmial": (people("ada@gmial.com"), "warning"),
        "tulane": (people("ada@tulane.ed"), "warning"),
    },
    "list/role": {"info": (people("info@tulane.edu"), "warning")},
    "list/disposable": {"mailinator": (people("ada@mailinator.com"), "warning")},
    "list/mx": {
        "takes no mail": (
            known(people=People(("ada@no-mail.org",)), exchanges={"no-mail.org": False}),
            "error",
        ),
        "not told": (known(people=People(("ada@slow.org",)), exchanges={}), "not verified"),
    },
    "list/jump": {
        "twice and more": (
            known(people=People(tuple(f"p{n}@tulane.edu" for n in range(201))), earlier=(LAST,)),
            "warning",
        )
    },
    "send/duplicate": {"edited since": (sent(edition_id="good", edited=True), "error")},
    "send/time": {"at night": (known(leaves_at=NIGHT), "warning")},
    "send/event": {
        "yesterday": (both(known(leaves_at=DAY), detail(starts="2026-09-20 10:00")), "error"),
        "an hour ago": (both(known(looked_at=DAY), detail(starts="2026-09-21 09:00")), "error"),
        "two days": (both(known(looked_at=DAY), detail(starts="2026-09-19", ends="2026-09-20")), "error"),
    },
    "send/gap": {
        "the same day": (known(leaves_at=DAY, earlier=(LAST,)), "warning"),
    },
    "text/spelling": {"teh": (known(spelling=(Misspelling("teh", "the"),)), "info")},
    "text/length": {
        "few": (edited(body=f"[Hello]({VISIT}).\n"), "warning"),
        "many": (edited(body=f"[Hello]({VISIT}) you. {'Rest. ' * 5_000}"), "warning"),
    },
    "text/reading": {
        "hard": (
            edited(body="Musculoskeletal rehabilitation necessitates individualised progressive overload considerations throughout extended periodisation methodologies. " * 12 + f"[Visit]({VISIT})"),
            "info",
        )
    },
    "text/marks": {
        "bullets of Word": (body("\n\n•\tOne\n•\tTwo\n"), "warning"),
        "ticks": (body("\n\n✅ One\n✅ Two\n"), "warning"),
        "tabs": (body("\n\nMonday\t8 – 6\nTuesday\t8 – 6\n"), "warning"),
        "a heading without a space": (body("\n\n##Our hours\n"), "warning"),
        "a box": (body("\n\n- [ ] Shoes\n"), "warning"),
        "a paragraph set in": (body("\n\n    Bring shoes.\n"), "warning"),
        "a wide table": (
            body("\n\n| | Mon | Tue | Wed | Thu | Fri | Sat | Sun |\n|---|---|---|---|---|---|---|---|\n| Afternoon | 1 – 6 | 1 – 6 | closed | 1 – 6 | 1 – 6 | closed | closed |\n"),
            "warning",
        ),
        "stars": (body("\n\n**Note:**bring shoes.\n"), "warning"),
        "an address": (body(f"\n\nWrite to us: {VISIT}\n"), "warning"),
        "an address without https": (body("\n\nSee www.clockworkperform.com, or call.\n"), "warning"),
        "two buttons in a line": (body(f"\n\n[Come]({VISIT}){{.button}} or stay.\n"), "warning"),
        "a button in a list": (body(f"\n\n- [Come]({VISIT}){{.button}}\n"), "warning"),
    },
}  # fmt: skip
