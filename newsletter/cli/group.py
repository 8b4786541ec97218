"""This module lists the commands and loads each only when it is used."""

import os
import sys
from collections.abc import Mapping
from errno import ENOSPC
from importlib import import_module
from io import TextIOWrapper
from typing import Any

import click

from newsletter import __version__
from newsletter.cli.wording import file_error
from newsletter.errors import NewsletterError

COMMANDS = {
    "setup": "Ask for the key, the sender and the postal address, once.",
    "new": "Start an edition: blank, from a text, or like an earlier one.",
    "preview": "Show an edition's letter as readers get it, anew at every save.",
    "check": "Say what is wrong with an edition before it is sent.",
    "lists": "Merge the lists and show what became of every row.",
    "test": "Send a test of an edition to one address.",
    "send": "Send an edition to everybody who wants it.",
    "campaigns": "List what was sent.",
    "status": "Show how far a campaign is.",
    "undo": "Take a campaign back while there is time.",
    "pause": "Hold a campaign back until it is resumed.",
    "resume": "Let a paused campaign go on.",
    "approve": "Agree to a campaign that a colleague prepared.",
    "resolve": "Settle what is unknown, by evidence or by what you found out.",
    "worker": "Send what has its time, day and night.",
    "report": "Say who got a campaign, one row a person.",
    "export": "Write people for another program, or all that is known of one.",
    "forget": "Erase a person everywhere, and never mail them again.",
    "serve": "Run the clinic's pages: unsubscribe, preferences, view in browser.",
    "webhook": "Let SendGrid tell your server what became of each mail.",
    "doctor": "Say whether a campaign could leave now.",
    "sandbox": "Run a local SendGrid to practise with.",
}


ENDED = "Ended by Ctrl-C. The same command, typed again, does what is left."
WITHOUT_A_PERSON = {"new": 'give it a title: newsletter new "TITLE"'}
"""How to do without the question of a command that has no --yes."""


class Telling(click.Group):
    """Commands whose errors, and questions without an answer, end in a sentence."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except NewsletterError as error:
            click.echo(f"{error}", err=True)
            ctx.exit(error.exit_code)
        except click.Abort:
            click.echo(f"\n{_unanswered(ctx)}", err=True)
            ctx.exit(NewsletterError.exit_code)
        except KeyboardInterrupt:
            click.echo(f"\n{ENDED}", err=True)
            ctx.exit(NewsletterError.exit_code)
        except OSError as error:
            if error.filename is None and error.errno != ENOSPC:
                raise
            click.echo(file_error(error), err=True)
            ctx.exit(NewsletterError.exit_code)


class Commands(Telling):
    """Commands named in a table, so that --help imports none of them; *prefix* begins the names of their modules."""

    def __init__(
        self, *given: Any, table: Mapping[str, str] = COMMANDS, prefix: str = "", **options: Any
    ) -> None:
        super().__init__(*given, **options)
        self.table = table
        self.prefix = prefix

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.table:
            return None
        name = f"{self.prefix}{cmd_name}"
        command: click.Command = getattr(import_module(f"newsletter.cli.{name}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(self.table.items()))


def _unanswered(ctx: click.Context) -> str:
    """What to say where a question of the command below *ctx* got no answer."""
    if sys.stdin.isatty():
        return "Ended at the question: what it asks was not done."
    asking = ctx.command
    if ctx.invoked_subcommand and isinstance(asking, click.Group):
        asking = asking.get_command(ctx, ctx.invoked_subcommand) or asking
    name = asking.name or ""
    return f"Nobody is there to ask (standard input is no terminal), so it was not done; {_answer(asking, name)}"


def _answer(asking: click.Command, name: str) -> str:
    if any("--yes" in option.opts for option in asking.params):
        return "add --yes to agree beforehand"
    return WITHOUT_A_PERSON.get(name, "type the same command in a terminal")


@click.command(
    cls=Commands,
    epilog="Start with:\n\n\b\nnewsletter send content/strength-training-for-back-pain.md --practice",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="newsletter", message="%(prog)s %(version)s")
def newsletter() -> None:
    """Turn an article into a letter and send it to the people who want it."""


def main() -> None:
    """Run the command that was typed; exit 0 done, 1 put it right, 2 wrong usage, 3 the service failed."""
    _open_closed_streams()
    newsletter(prog_name="newsletter")


def _open_closed_streams() -> None:
    """Let what a caller closed (`<&-`) lead nowhere, and show as its number a letter that the terminal does not have."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode, encoding="utf-8"))
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
