"""What git leaves alone: people's addresses never enter it by "git add"."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    shutil.copy(ROOT / ".gitignore", tmp_path)
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    return tmp_path


@pytest.mark.parametrize(
    "file",
    [
        "who-got-it.csv",
        "people.csv",
        "rows.csv",
        "what-we-know.json",
        "subscribers/spring-fair.csv",
        "subscribers/rejected/spring-fair.xlsx",
        ".env",
        ".newsletter/sendgrid.db",
    ],
)
def test_no_file_that_the_docs_let_people_write_with_addresses_goes_into_git(
    repository: Path, file: str
) -> None:
    (repository / file).parent.mkdir(parents=True, exist_ok=True)
    (repository / file).write_text("ada@example.com\n")
    shown = subprocess.run(
        ["git", "-C", repository, "status", "--porcelain", "--untracked-files=all"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout == "?? .gitignore\n"


@pytest.mark.parametrize("file", ["content/june.md", "subscribers/sample/website.csv"])
def test_articles_and_samples_do(repository: Path, file: str) -> None:
    (repository / file).parent.mkdir(parents=True)
    (repository / file).write_text("words\n")
    shown = subprocess.run(
        ["git", "-C", repository, "status", "--porcelain", "--untracked-files=all"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"?? {file}\n" in shown.stdout
