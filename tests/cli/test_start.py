"""How the command line starts: quickly, and with sentences."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
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


def test_the_command_to_start_with_stands_on_one_line() -> None:
    shown = CliRunner().invoke(newsletter, ["--help"], terminal_width=60).output
    assert "newsletter send content/strength-training-for-back-pain.md --practice\n" in shown


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


def typed(folder: Path, command: str, **more: str) -> "subprocess.CompletedProcess[str]":
    """What a shell makes of *command*, in which `newsletter` is the program."""
    program = f'"{sys.executable}" -m newsletter'
    words = command.replace("newsletter", program, 1)
    environment = {**os.environ, **more}
    return subprocess.run(
        ["/bin/sh", "-c", words], cwd=folder, env=environment, capture_output=True, text=True
    )


def test_in_a_folder_that_was_removed_a_sentence_says_where_to_go(project: Path) -> None:
    (project / "gone").mkdir()
    done = typed(project / "gone", "rmdir ../gone && newsletter campaigns")
    assert done.returncode == 1
    assert done.stderr.startswith("the folder that you are in is no longer there; go to the")


@pytest.mark.parametrize("command", ["newsletter setup <&-", "newsletter sandbox reset <&-"])
def test_a_question_that_nobody_can_answer_ends_in_a_sentence(project: Path, command: str) -> None:
    done = typed(project, command)
    assert done.returncode == 1
    assert (
        "\nNobody is there to ask (standard input is no terminal), so it was not done"
        in done.stderr
    )


def test_it_works_where_nobody_listens(project: Path) -> None:
    assert typed(project, "newsletter lists --practice >&- 2>&- <&-").returncode == 0


def test_a_letter_that_a_terminal_does_not_have_is_shown_as_its_number(project: Path) -> None:
    done = typed(project, "newsletter new 'A “walk”'", PYTHONIOENCODING="latin-1")
    assert done.returncode == 0, done.stderr
    assert "\\u201cA" in done.stdout


def test_a_list_or_article_whose_name_is_no_text_is_told(project: Path) -> None:
    name = os.fsdecode(b"caf\xe9")
    (project / "subscribers" / f"{name}.csv").write_text("email\na@example.com\n")
    (project / "content" / f"{name}.md").write_text("---\ntitle: x\n---\nText\n")
    listed = typed(project, "newsletter lists --practice")
    assert listed.returncode == 1
    assert "subscribers/caf?.csv: its name is no UTF-8 text; rename it" in listed.stderr
    checked = typed(project, "newsletter check content/caf*.md --practice --quick")
    assert checked.returncode == 1
    assert "content/caf?.md: its name is no UTF-8 text" in checked.stdout


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody without a name")
def test_an_account_without_a_name_has_its_number_in_the_log() -> None:
    program = "import os, pwd\nfrom newsletter.cli.person import person\nos.setuid(54321)\nprint(person())"
    done = subprocess.run([sys.executable, "-c", program], env={}, capture_output=True, text=True)
    assert done.stdout == "user 54321\n", done.stderr
