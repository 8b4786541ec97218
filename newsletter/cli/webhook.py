"""This module lets SendGrid tell the clinic's own server what became of each mail."""

import click

from newsletter.cli.project import open_project
from newsletter.cli.wording import note, result
from newsletter.config import save_settings
from newsletter.delivery import connect_webhook
from newsletter.errors import NewsletterError
from newsletter.web import EVENTS_PATH


@click.command(short_help="Let SendGrid tell your server what became of each mail.")
def webhook() -> None:
    """Set up SendGrid's event webhook to [site] url, signed, and keep its public key in newsletter.toml.

    Needs a server of your own (docs/site.md). Typed again, it only takes over whether opens and clicks are told
    ([sending] open_tracking and click_tracking).
    """
    project = open_project(no_key="refuse")
    site = project.settings.site.url
    if not site:
        raise NewsletterError(
            "newsletter.toml: [site] url is empty; SendGrid can tell what became of each mail only to a server of "
            "your own (docs/site.md says how)"
        )
    url = f"{site.rstrip('/')}{EVENTS_PATH}"
    with project.account() as account:
        key = connect_webhook(account, url, project.settings.sending)
    save_settings(project.root, {"sendgrid": {"webhook_key": key}})
    result(f"SendGrid tells {url} what becomes of each mail.")
    note("Next: start newsletter serve anew, so that it knows the key")
