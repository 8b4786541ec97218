"""This module runs the local SendGrid to practise with."""

import re

import click

from newsletter.cli.group import Telling
from newsletter.cli.project import PORT, PRACTICE_KEY, open_project
from newsletter.cli.wording import moment, note, result
from newsletter.errors import NewsletterError
from newsletter.sandbox import Sandbox, Trouble, run_forever, running, serve
from newsletter.sandbox import reset as forget
from newsletter.sandbox import skip as move_on
from newsletter.sandbox import stop as end
from newsletter.store import remove_store

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
LONGEST_SKIP = 366 * 86400
"""Far beyond it the clock ends, and with it all that the sandbox answers."""


@click.group(
    cls=Telling,
    invoke_without_command=True,
    short_help="Run a local SendGrid to practise with.",
)
@click.option("--port", type=PORT, default=0, help="A port; 0 takes a free one.  [default: 0]")
@click.option("--speed", default=1.0, help="60 lets an hour pass in a minute.  [default: 1]")
@click.option(
    "--outbox",
    type=click.Choice(["files", "none"]),
    default="files",
    help="Whether mails are written as files.",
)
@click.option(
    "--trouble",
    type=click.FloatRange(0, 1),
    default=0.0,
    help="0.2 spoils a fifth of all requests.  [default: 0]",
)
@click.option("--seed", default=0, help="The same seed brings the same troubles.  [default: 0]")
@click.option("--open", "show", is_flag=True, help="Open the inbox in the browser.")
@click.pass_context
def sandbox(
    context: click.Context,
    port: int,
    speed: float,
    outbox: str,
    trouble: float,
    seed: int,
    show: bool,
) -> None:
    """Run a local SendGrid until Ctrl-C; its inbox page shows every mail, and nothing leaves this computer."""
    if context.invoked_subcommand is not None:
        return
    project = open_project(practice=True)
    if url := running(project.sandbox_folder):
        result(f"The sandbox runs already; its inbox: {url}/")
        if show:
            click.launch(url)
        return

    def greet(started: Sandbox) -> None:
        result(f"The sandbox runs; its inbox: {started.url}/")
        result(f"Mails as files: {project.sandbox_folder.relative_to(project.root)}/outbox")
        if trouble:
            note(f"It misbehaves: {trouble:.0%} of all requests go wrong, by chance {seed}.")
        note("Ctrl-C ends it. In another window: newsletter send content/ARTICLE.md --practice")
        if show:
            click.launch(started.url)

    run_forever(
        serve(
            project.sandbox_folder,
            port=port,
            speed=speed,
            outbox=outbox == "files",
            key=PRACTICE_KEY,
            trouble=Trouble(seed, trouble),
        ),
        greet,
    )


@sandbox.command()
@click.argument("duration")
def skip(duration: str) -> None:
    """Move the sandbox's clock on by DURATION (90s, 15m, 1h, 2d) and let leave what is due."""
    found = re.fullmatch(r"(\d+)\s*([smhd])", duration)
    if found is None:
        raise click.UsageError(f"{duration} is no duration; write 90s, 15m, 1h or 2d")
    seconds = int(found[1]) * UNITS[found[2]]
    if seconds > LONGEST_SKIP:
        raise click.UsageError(f"{duration} is more than a year; write 366d or less")
    project = open_project(practice=True)
    with project.sandbox() as url:
        now = move_on(url, seconds)
    result(
        f"In the sandbox it is now {moment(int(now), project.settings.zone)}; what was due has left."
    )
    note(
        "Next: newsletter sandbox --open shows the mails; newsletter report --practice says who got them"
    )


@sandbox.command()
def stop() -> None:
    """End the sandbox that runs in the background."""
    project = open_project(practice=True)
    result("The sandbox has ended." if end(project.sandbox_folder) else "No sandbox runs.")


@sandbox.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset(yes: bool) -> None:
    """Forget all that was practised: mails, campaigns and lists of the practice store."""
    project = open_project(practice=True)
    if not yes and not click.confirm("Forget everything that was practised?", err=True):
        raise NewsletterError("nothing was forgotten")
    end(project.sandbox_folder)
    forget(project.sandbox_folder)
    remove_store(project.settings.store_address(practice=True))
    result("Practice begins anew.")
