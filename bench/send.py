"""This module measures the whole job: `newsletter send --practice --yes` from a CSV to accepted mail.

The sender's own CPU and peak memory; the sandbox runs in another process without .eml files.

    python -m bench.send 10000 100000
"""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from bench.world import ROOT
from newsletter.sandbox import judge, start_in_background, stop

ARTICLE = "content/strength-training-for-back-pain.md"
CITIES = ("New Orleans", "Metairie", "Gretna", "Kenner", "")


def make_project(folder: Path, people: int) -> None:
    """The project as cloned, with one list of *people* made-up subscribers."""
    shutil.copy(ROOT / "newsletter.toml", folder)
    for name in ("templates", "content"):
        shutil.copytree(ROOT / name, folder / name)
    lists = folder / "subscribers"
    lists.mkdir()
    (lists / "many.toml").write_text('[list]\nconsent = "confirmed"\nsource = "made up"\n')
    with (lists / "many.csv").open("w", encoding="utf-8") as file:
        file.write("Email,First name,Last name,City,Tags,Signed up\n")
        for number in range(people):
            city = CITIES[number % len(CITIES)]
            file.write(
                f"Reader.{number * 7919 % people:07}@example.com,Zoé{number % 997},Nº{number},{city},a|b,2026-01-02\n"
            )


def measure(people: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_project(folder, people)
        sandbox = folder / ".newsletter" / "sandbox"
        url = start_in_background(sandbox, options=["--outbox", "none"])
        try:
            began = time.perf_counter()
            child = os.fork()
            if child == 0:
                os.chdir(folder)
                os.environ["SENDGRID_HOST"] = url
                for stream in (1, 2):
                    os.dup2(os.open(folder / "said.txt", os.O_WRONLY | os.O_CREAT), stream)
                os.execv(
                    sys.executable,
                    [sys.executable, "-m", "newsletter", "send", ARTICLE, "--practice", "--yes"],
                )
            ended, first = 0, 0.0
            while not ended:
                time.sleep(0.05)
                if not first and judge(url).states:
                    first = time.perf_counter() - began
                ended, status, used = os.wait4(child, os.WNOHANG)
            wall = time.perf_counter() - began
        finally:
            stop(sandbox)
        assert os.waitstatus_to_exitcode(status) == 0
        cpu = used.ru_utime + used.ru_stime
        print(
            f"send {people:>7,} recipients: {people / cpu:>7,.0f} per CPU second, {cpu:.1f} s CPU, "
            f"{wall:.1f} s wall, the first request accepted after {first:.1f} s, "
            f"peak {used.ru_maxrss / 1024:.0f} MB"
        )


if __name__ == "__main__":
    for word in sys.argv[1:] or ("10000",):
        measure(int(word))
