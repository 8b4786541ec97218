"""This module asks once for what a real send needs: key, sender, postal address."""

from pathlib import Path

import click

from newsletter.addresses import wrong_address
from newsletter.cli.wording import note, result
from newsletter.config import (
    find_project_here,
    load_settings,
    save_settings,
)
from newsletter.keys import VARIABLE, find_key, keep_key
from newsletter.values import ADDRESSES

QUESTIONS = (
    ("sender", "email", "Address the letters come from (on the clinic's own domain)"),
    ("sender", "name", "Name the letters come from"),
    ("sender", "reply_to", "Address for replies (empty: the same)"),
    (
        "clinic",
        "postal_address",
        "Postal address for the footer: street or PO box, city, state, ZIP",
    ),
    ("clinic", "contact", "How readers reach a person, for example: Call us: (504) 555-0100"),
)


@click.command(short_help="Ask for the key, the sender and the postal address, once.")
def setup() -> None:
    """Ask for the SendGrid key, the sender and the postal address; Enter keeps what stands there.

    The key goes into the keyring of this computer (after .venv/bin/pip install keyring) or into .env,
    which only you can read and git ignores. Everything else goes into newsletter.toml.
    """
    root = find_project_here()
    settings = load_settings(root, {})
    changes: dict[str, dict[str, str | int]] = {}
    for section, name, question in QUESTIONS:
        standing = getattr(getattr(settings, section), name)
        answer = click.prompt(
            question,
            default=standing,
            show_default=bool(standing),
            value_proc=_address if (section, name) in ADDRESSES else str.strip,
            err=True,
        )
        if answer != standing:
            changes.setdefault(section, {})[name] = answer
    save_settings(root, changes)
    _ask_for_key(root, settings.sendgrid.account)
    result("newsletter.toml says who sends.")
    note("Is all ready? newsletter doctor says so.")
    note("Next: newsletter test content/YOUR-ARTICLE.md --to YOUR-ADDRESS")


def _address(answer: str) -> str:
    """The address in *answer*, or nothing; raises click.UsageError, so that it is asked for again."""
    address = answer.strip()
    if address and (why := wrong_address(address)):
        raise click.UsageError(f'"{address}" is no address ({why}); write name@domain')
    return address


def _ask_for_key(root: Path, account: str) -> None:
    known = find_key(root, account) is not None
    question = (
        "SendGrid API key (Enter keeps the present one)"
        if known
        else "SendGrid API key (Enter: later)"
    )
    key = click.prompt(question, default="", show_default=False, hide_input=True, err=True).strip()
    if key:
        result(f"The key is kept in {keep_key(root, account, key)}.")
        if find_key(root, account) != key:
            note(
                f"Another key is used first: {VARIABLE} of this terminal's environment. Type unset {VARIABLE} to use the new one."
            )
