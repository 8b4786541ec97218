"""This module spoils a good draft in one way each."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PIL import Image

from newsletter.checks import Draft, Earlier, Evidence, People
from newsletter.checks.evidence import Answer
from newsletter.letter import Picture

Change = Callable[[Draft], Draft]
END = "</div></body>"
LAST = Earlier(
    number=4,
    edition_id="last-month",
    edition="content/last-month.md",
    subject="Sleep well",
    sender_name="Clockwork Perform",
    recipients=100,
    left_at=1_790_000_000,
)


def seen(**changes: str) -> Change:
    """Another subject, HTML or text."""
    return lambda draft: replace(draft, view=replace(draft.view, **changes))


def added(html: str, *, bare: bool = False) -> Change:
    """*html* at the end of the letter's body, coloured like other text unless it is *bare*."""
    whole = html if bare else f'<div class="tx"><div>{html}</div></div>'
    return lambda draft: seen(html=draft.view.html.replace(END, whole + END))(draft)


def head(html: str) -> Change:
    return lambda draft: seen(html=draft.view.html.replace("</head>", html + "</head>"))(draft)


def swapped(old: str, new: str) -> Change:
    """Other words in the HTML; the old ones must be there."""

    def change(draft: Draft) -> Draft:
        assert re.search(old, draft.view.html), old
        return seen(html=re.sub(old, new, draft.view.html))(draft)

    return change


def text_swapped(old: str, new: str) -> Change:
    def change(draft: Draft) -> Draft:
        assert old in draft.view.text, old
        return seen(text=draft.view.text.replace(old, new))(draft)

    return change


def without(words: str) -> Change:
    """Neither part has *words*."""
    return lambda draft: seen(
        html=draft.view.html.replace(words, ""), text=draft.view.text.replace(words, "")
    )(draft)


def edited(**changes: Any) -> Change:
    return lambda draft: replace(draft, edition=replace(draft.edition, **changes))


def body(more: str) -> Change:
    """More words in the article (the letter is as it was)."""
    return lambda draft: edited(body=draft.edition.body + more)(draft)


def detail(**details: str) -> Change:
    return lambda draft: edited(details={**draft.edition.details, **details})(draft)


def clinic(**changes: str) -> Change:
    return lambda draft: replace(
        draft, settings=replace(draft.settings, clinic=replace(draft.settings.clinic, **changes))
    )


def sender(**changes: str) -> Change:
    return lambda draft: replace(
        draft, settings=replace(draft.settings, sender=replace(draft.settings.sender, **changes))
    )


def own_site(headers: dict[str, str]) -> Change:
    """Readers leave by the clinic's own page."""
    url = "https://news.clockworkperform.com/u/xyz"

    def change(draft: Draft) -> Draft:
        parts = {"html": draft.view.html, "text": draft.view.text}
        moved = seen(
            **{name: part.replace("[unsubscribe-here]", url) for name, part in parts.items()}
        )(draft)
        site = replace(draft.settings.site, url="https://news.clockworkperform.com")
        return replace(
            moved,
            settings=replace(draft.settings, site=site),
            unsubscribe_tag=None,
            reader=replace(draft.reader, unsubscribe_url=url),
            headers=headers,
        )

    return change


def known(**evidence: Any) -> Change:
    """What the world told."""
    return lambda draft: replace(draft, evidence=Evidence(**evidence))


def people(*addresses: str, **more: Any) -> Change:
    return known(people=People(addresses, **more))


def sent(**changes: Any) -> Change:
    """One earlier campaign."""
    return known(earlier=(replace(LAST, **changes),))


def both(*changes: Change) -> Change:
    def change(draft: Draft) -> Draft:
        for one in changes:
            draft = one(draft)
        return draft

    return change


def picture(kind: str = "PNG", width: int = 20, weight: int = 0, *, shown: int = 20) -> Change:
    """A picture with everything right but what is asked for; *weight* in bytes."""
    made = io.BytesIO()
    Image.new("RGB", (width, 10)).save(made, kind)
    content = made.getvalue().ljust(weight, b"\0")
    one = Picture("tree-1", "tree.png", f"image/{kind.lower()}", content)
    html = f'<img src="cid:tree-1" alt="A tree." width="{shown}" height="10" />'
    return lambda draft: replace(added(html)(draft), pictures=(one,))


VISIT = "https://www.clockworkperform.com/visit"
HEADERS = {
    "List-Unsubscribe": "<https://news.clockworkperform.com/u/xyz>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
}
HEALTH = (
    "\nPain in muscles and joints after an injury: exercise and stretching. " + "More words. " * 80
)
DAY, NIGHT = 1_790_010_000, 1_790_050_000  # 11:00 and 22:06 in New Orleans
AFTER = "https://blog.clockworkperform.com/x"


def link(href: str, words: str = "The clinic’s page") -> Change:
    return added(f'<p><a href="{href}">{words}</a></p>')


def unlinked(draft: Draft) -> Draft:
    """The article's own links are words."""
    return edited(body=re.sub(r"\]\([^)]*\)", "]", draft.edition.body))(draft)


def answers(status: int, **more: object) -> Change:
    return known(links={VISIT: Answer(status, **more)})  # type: ignore[arg-type]


def box(style: str, words: str = "These words stand in a box.") -> Change:
    """Words with a style of their own; with a background it is stronger than the letter's dark mode."""
    firm = style.replace(";", " !important;") + " !important" if "background" in style else style
    return added(f'<div style="{firm}">{words}</div>', bare="background" in style)
