"""This module measures the preview: from the save of an article to the letter on the screen of a browser.

python -m bench.preview 10000      (needs Chromium and the extra "browser")
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from bench.world import ROOT, fill, make_clinic
from newsletter.store import open_store

SAVES = 15


def measure(people: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        settings, _edition = make_clinic(root, people)
        shutil.copytree(ROOT / "content", root / "content", dirs_exist_ok=True)
        store = open_store(settings.store_address(practice=True))
        fill(store, people)
        store.close()
        for article in ("strength-training-for-back-pain.md", "bench.md"):
            took = _measure(root, root / "content" / article)
            print(
                f"preview of {article}, {people:,} readers: {len(took)} saves, save to screen "
                f"{min(took):.0f} ms at least, {statistics.median(took):.0f} ms in the median, "
                f"{max(took):.0f} ms at most (load {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores)"
            )


def _measure(root: Path, article: Path) -> list[float]:
    command = [sys.executable, "-m", "newsletter", "preview", str(article), "--live", "--practice"]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as serving:
        assert serving.stdout is not None
        address = serving.stdout.readline().split()[-1]
        try:
            return _saves(address, article)
        finally:
            serving.send_signal(2)


def _saves(address: str, article: Path) -> list[float]:
    source = article.read_text(encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(address)
        page.wait_for_selector("iframe")
        took = [_save(page, article, f"{source}\nSave {number}.\n") for number in range(SAVES + 1)]
        browser.close()
    return took[1:]


def _save(page: Any, article: Path, source: str) -> float:
    """Milliseconds until the browser has loaded the new letter and put it on the screen."""
    time.sleep(1.5)  # as a person would; everybody is asked meanwhile
    shown, saved = _shown(page), time.time()
    article.write_text(source, encoding="utf-8")
    while (now := _shown(page)) == shown:
        time.sleep(0.005)
    return int(now.split()[1]) - saved * 1000


def _shown(page: Any) -> str:
    """The number of the letter on the screen and when it came there, by the computer's clock."""
    return str(page.evaluate("document.body.dataset.shown ?? ''"))


if __name__ == "__main__":
    for count in sys.argv[1:] or ["10000"]:
        measure(int(count))
