"""This module is 25 good mails: our articles in variations that a clinic would write."""

from collections.abc import Mapping

OPENING = 'Hi {{ reader.first_name | default("there", true) }},'
WORDS = """\
Most backs like to be moved, a little and often. Lift with your legs, keep the load close, and turn your feet
before you turn your back. Sit down in between and get up again after half an hour. If you are not sure what
is right for you, ask us before you begin: we look at how you move and choose with you."""
VISIT = "[Book a visit](https://www.clockworkperform.com/visit){.button}"
CARDS = """\
::: takeaways
- Move a little and often.
- Begin easily.
- Ask us if something hurts.
:::

::: exercise Bridge
- Dose: 2 sets x 10
- Cue: Press both feet into the floor.
- Cue: Lower yourself slowly.
- Stop if: pain shoots into a leg.
:::

::: note When to see a doctor first
After a fall, or with fever, see a doctor promptly.
:::

::: sources
1. World Health Organization: [Guideline for low back pain](https://www.who.int/publications/i/item/9789240081789), 2023.
:::"""
TABLE = """\
| day | class |
|---|---|
| Monday | Gentle strength at nine |
| Thursday | Balance at ten |"""


def mail(body: str, **top: str) -> str:
    """An article with a good top; *top* changes or adds keys."""
    keys = {
        "id": "good",
        "title": "Tips for a strong back",
        "subject": "Three tips for a strong back",
        "preheader": "What helps, what does not, and when to ask us for advice.",
        **top,
    }
    head = "\n".join(f"{key}: {value}" for key, value in keys.items())
    return f"---\n{head}\n---\n{OPENING}\n\n{body}\n"


GOOD: Mapping[str, str] = {
    "plain words": mail(WORDS),
    "a button": mail(f"{WORDS}\n\n{VISIT}"),
    "a link in the text": mail(f"{WORDS}\n\nSee [our classes in March](https://www.clockworkperform.com/classes)."),
    "headings": mail(f"{WORDS}\n\n## Why it helps\n\n{WORDS}\n\n### How often\n\nTwice a week is a good start."),
    "cards": mail(f"{WORDS}\n\n{CARDS}\n\n{VISIT}"),
    "a table": mail(f"{WORDS}\n\n## Classes this month\n\n{TABLE}"),
    "lists": mail(f"{WORDS}\n\n- Walk.\n- Stretch.\n  - Calves\n  - Hips\n\n1. Sit.\n2. Stand."),
    "a long read": mail("\n\n".join([WORDS] * 12) + f"\n\n{CARDS}\n\n{VISIT}", reviewed_by="Jo Example", reviewed_on="2026-11-20"),
    "Spanish": mail(
        "Casi todas las espaldas agradecen el movimiento, poco y a menudo. Levante con las piernas, mantenga la carga cerca del "
        "cuerpo y gire los pies antes de girar la espalda. Descanse un rato y vuelva a levantarse después de media hora. Si no está "
        "seguro de lo que le conviene, pregúntenos antes de empezar.",
        language="es", title="Consejos para la espalda", subject="Tres consejos para la espalda",
        preheader="Lo que ayuda, lo que no ayuda y cuándo preguntarnos.",
    ),
    "Arabic, from right to left": mail(
        " ".join(["الحركة القليلة والمتكررة مفيدة للظهر في أغلب الأحيان."] * 8),
        language="ar", title="نصائح لظهر قوي", subject="ثلاث نصائح لظهر قوي",
        preheader="ما الذي يساعد وما الذي لا يساعد ومتى تسألنا عن النصيحة.",
    ),
    "a number sign and a colon": mail(WORDS, subject="Tip #1: loosen your calves", title="Tip #1: loosen your calves"),
    "one picture sign in the subject": mail(WORDS, subject="Three tips for a strong back 💪🏽"),
    "the name in the subject": mail(WORDS, subject='{{ reader.first_name | default("Hello", true) }}, three tips for you'),
    "a version for a town": mail(f'{WORDS}\n\n{{% if reader.city == "New Orleans" %}}\nYou live nearby, so come in.\n{{% endif %}}\n\n{VISIT}'),
    "a version for runners": mail(f'{WORDS}\n\n{{% if "runner" in reader.tags %}}\nWe meet on Sundays for an easy run.\n{{% endif %}}'),
    "words that only look like claims": mail(f"{WORDS}\n\nThere is no cure that works for everybody, and nobody can guarantee a result. A secure grip helps."),
    "mail and phone": mail(f"{WORDS}\n\nWrite to [our desk](mailto:desk@clockworkperform.com) or call [(504) 555-0100](tel:+15045550100)."),
    "emphasis and quotes": mail(f"{WORDS}\n\n**Begin easily**, says the old rule, and *add a little*. “Slow is smooth,” said my aunt, “and smooth is fast.”"),
    "a quotation": mail(f"{WORDS}\n\n> The best exercise is the one that you like to do again tomorrow."),
    "a shown address": mail(f"{WORDS}\n\nOur page is [www.clockworkperform.com](https://www.clockworkperform.com/)."),
    "campaign tags": mail(f"{WORDS}\n\n[Book a visit](https://www.mayoclinic.org/back?utm_source=newsletter&utm_medium=email){{.button}}"),
    "the shortest": mail(" ".join(WORDS.split()[:56]) + "."),
    "a subject of sixty signs": mail(WORDS, subject="Three tips for a strong back, and what to leave for next time"[:60]),
    "HTML that is allowed": mail(f"{WORDS}\n\nPress <kbd>play</kbd> and count to 10<sup>th</sup>.<br>Then rest."),
    "an author with credentials": mail(WORDS, author="Jo Example", credentials="DPT", kicker="Back care", reviewed_by="Al Example", reviewed_on="2026-11-20"),
}  # fmt: skip
