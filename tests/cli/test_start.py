"""How the command line starts: quickly, and with sentences."""

import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from newsletter.cli.group import COMMANDS, newsletter

HEAVY = ("sqlalchemy", "sendgrid", "rich", "jinja2", "mjml", "PIL", "starlette", "markdown_it")


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys; from newsletter.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program, "--help"], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert "send" in done.stdout


def test_every_command_is_listed_and_has_help() -> None:
    listing = CliRunner().invoke(newsletter, ["--help"]).output
    for name, sentence in COMMANDS.items():
        assert f"{name} " in listing
        page = CliRunner().invoke(newsletter, [name, "--help"])
        assert page.exit_code == 0
        assert page.output.startswith(f"Usage: newsletter {name}")
        assert sentence.endswith(".")


def test_an_unknown_command_is_wrong_usage() -> None:
    outcome = CliRunner().invoke(newsletter, ["sned"])
    assert outcome.exit_code == 2
    assert "sned" in outcome.output


def test_outside_a_project_a_sentence_says_where_to_go(tmp_path: Path, monkeypatch: object) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "newsletter", "campaigns"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "there is no newsletter.toml here" in done.stderr
    assert "Traceback" not in done.stderr
