"""This module makes the project that every run copies: few people, five versions of a letter, merged lists."""

import shutil
from pathlib import Path

from newsletter.config import save_settings
from tests.crash.command import TICKS, Desk, start, wait

ROOT = Path(__file__).parent.parent.parent
ARTICLE = "content/five.md"
NAMES = ("Ada", "Bo", "Cleo", "Dora", "Eve")
PEOPLE = {f"{name}{one}@example.com".lower(): name for name in NAMES for one in range(3)}
EDITED = ("Hello.", "Hello again.")
LEAN = {
    "article.mjml": """{% from "partials/tokens.jinja" import font, light, dark, style %}
<mjml lang="en" dir="ltr"><mj-body>
{% include "edition/body.mjml" %}
{% include "partials/disclaimer.mjml" %}
{% include "partials/footer.mjml" %}
</mj-body></mjml>
""",
    "article.txt": """{% include "edition/body.txt" %}

{{ clinic.disclaimer }}

{% include "partials/footer.txt" %}
""",
}
CONSENT = """[list]
consent = "confirmed"
source = "sign-up sheet"
wording = "Please add me to the email newsletter."
date = "2026-01-05"
"""
LETTER = """---
id: five
title: Five letters
subject: Five letters
preheader: One for each
---

{% if reader.first_name == "Ada" %}

Dear Ada

{% endif %}

{% if reader.first_name == "Bo" %}

Dear Bo

{% endif %}

{% if reader.first_name == "Cleo" %}

Dear Cleo

{% endif %}

{% if reader.first_name == "Dora" %}

Dear Dora

{% endif %}

Hello.
"""


def make_template(folder: Path, url: str, database: str = "") -> Desk:
    """A project whose lists are merged, in *folder*."""
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "newsletter.toml", folder)
    save_settings(
        folder,
        {
            "sender": {"email": "news@clinic.example.com"},
            "clinic": {"postal_address": "1 Example Street, New Orleans, LA 70112"},
        },
    )
    (folder / "templates").symlink_to(_lean_templates(folder.with_name("templates")))
    for name in ("content", "subscribers"):
        (folder / name).mkdir()
    (folder / ARTICLE).write_text(LETTER)
    rows = [f"{address},{name},subscribed,2026-01-05" for address, name in PEOPLE.items()]
    (folder / "subscribers" / "people.csv").write_text(
        "\n".join(["Email,First name,Status,Signed up", *rows, ""])
    )
    (folder / "subscribers" / "people.toml").write_text(CONSENT)
    desk = Desk(folder, url, "SG.template", database)
    if not database:
        merge_lists(desk)
    return desk


def _lean_templates(folder: Path) -> Path:
    """The clinic's templates with little around the text: what a start costs is mostly reading them."""
    shutil.copytree(ROOT / "templates", folder)
    for name, text in LEAN.items():
        (folder / "email" / name).write_text(text)
    return folder


def merge_lists(desk: Desk) -> None:
    """Have the people of the list in the store."""
    code = wait(start(desk, ["lists"]), 300)
    if code != 0:
        raise RuntimeError(f"the lists were not merged ({code}): {desk.log.read_text()}")
    desk.log.unlink()


def copied(template: Desk, folder: Path, key: str) -> Desk:
    """A desk of its own for one run; on PostgreSQL with a schema and a name of its own."""
    shutil.copytree(template.folder, folder, symlinks=True)
    (folder / TICKS).unlink(missing_ok=True)
    name = f"run{folder.name}"
    sign = "&" if "?" in template.database else "?"
    own = (
        f"{template.database}{sign}schema={name}&application_name={name}"
        if template.database
        else ""
    )
    desk = Desk(folder, template.url, key, own)
    if own:
        merge_lists(desk)
    return desk


def edit(desk: Desk) -> None:
    """Change the text of the letter."""
    path = desk.folder / ARTICLE
    path.write_text(path.read_text().replace(*EDITED))
