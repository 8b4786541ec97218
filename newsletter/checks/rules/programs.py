"""This module holds the rules of what mail programs show: caniemail.com's data, dark mode, forbidden tags."""

import re
from collections.abc import Iterator

from newsletter.checks.baseline import baseline
from newsletter.checks.draft import Draft
from newsletter.checks.features import features
from newsletter.checks.rule import TEMPLATES, Hit, rule
from newsletter.checks.support import MATTERS, lost

FORBIDDEN = "script, form, iframe, object, embed, video, audio, applet, frame, dialog"
ELSEWHERE = (
    "image-", "html-marquee", "html-form", "html-video", "html-audio", "html-object", "html-dialog",
)  # fmt: skip
"""Of these other rules speak: img/format, a11y/moving, html/forbidden."""
STYLES = f"{TEMPLATES}/partials/style.mjml"


@rule(
    "css/unsupported",
    "warning",
    "nothing that 5 % of readers or more would not see right",
    "caniemail.com",
)
def unsupported(draft: Draft) -> Iterator[Hit]:
    for slug, where in sorted(features(draft.page).items()):
        if slug in baseline(draft.components) or slug.startswith(ELSEWHERE):
            continue
        loss = lost(slug)
        if loss is not None and loss.share >= MATTERS:
            sentence = f"{loss.title} (“{where[:50]}”) is lost in {', '.join(loss.clients)}, about {loss.share:.0%} of readers"
            yield Hit(sentence, f"do without it; see {loss.url}", path=draft.template)


@rule("css/google-fonts", "warning", "no font is fetched from Google", "caniemail, privacy")
def google_fonts(draft: Draft) -> Iterator[Hit]:
    if re.search(r"fonts\.(googleapis|gstatic)\.com", draft.view.html):
        sentence = "the letter fetches a font from Google: most programs ignore it, and it tells Google who reads"
        yield Hit(sentence, "use the fonts of partials/tokens.jinja", path=draft.template)


@rule(
    "css/dark",
    "info",
    "the letter says that it has a dark mode, in every way programs ask for",
    "caniemail, Outlook",
)
def dark(draft: Draft) -> Iterator[Hit]:
    html = draft.view.html
    wanted = {
        '<meta name="color-scheme">': bool(draft.page.all('meta[name="color-scheme"]')),
        "@media (prefers-color-scheme: dark)": bool(
            re.search(r"prefers-color-scheme:\s*dark", html)
        ),
        "[data-ogsc] rules for Outlook": "[data-ogsc]" in html,
    }
    if missing := [name for name, there in wanted.items() if not there]:
        yield Hit(
            f"for dark mode the letter lacks {', '.join(missing)}",
            "include partials/style.mjml",
            path=STYLES,
        )


@rule(
    "html/forbidden",
    "error",
    "no scripts, forms, frames, players or outside style sheets",
    "caniemail",
)
def forbidden(draft: Draft) -> Iterator[Hit]:
    for node in draft.page.all(FORBIDDEN):
        yield Hit(
            f"mail programs drop <{node.tag}>",
            "link a page that has it",
            path=draft.template,
        )
    for node in draft.page.all("link[rel=stylesheet]"):
        href = node.attributes.get("href") or ""
        if "fonts.googleapis.com" not in href:
            sentence = f"mail programs drop the outside style sheet {href}"
            yield Hit(sentence, "write the styles into the template", path=draft.template)
