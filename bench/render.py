"""This module measures one render of each shipped edition, warm, beside npm's mjml on the same MJML in the same run.

python -m bench.render

A render is all that a new variant costs: Jinja, the lint, MJML, the places of the merge fields, the text part.
CPU time counts, so that a busy computer gives the same figures.
"""

import json
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from newsletter.config import load_settings
from newsletter.edition import find_editions, load_edition
from newsletter.letter import Letter, Reader, compose
from newsletter.letter.rendering import Rendered

ROOT = Path(__file__).parents[1]
ROUNDS = 40
NPM = """\
const mjml2html = require("mjml");
const sources = JSON.parse(require("fs").readFileSync(process.argv[2]));
(async () => {
  const times = {};
  for (let round = 0; round < 12; round++)
    for (const [name, source] of Object.entries(sources)) {
      const began = process.cpuUsage();
      await mjml2html(source, { fonts: {}, validationLevel: "skip" });
      const used = process.cpuUsage(began);
      (times[name] ??= []).push((used.user + used.system) / 1e3);
    }
  console.log(JSON.stringify(times));
})();
"""


def main() -> None:
    settings = load_settings(ROOT, {})
    rendered: dict[str, Rendered] = {}
    for path in find_editions(ROOT):
        letter = compose(load_edition(path, ROOT), settings, unsubscribe_tag="[leave]")
        letter.view(Reader(first_name="Ada", city="New Orleans"))
        rendered[path.stem] = _render(letter)
        ours = _median(lambda letter=letter: letter._compile(_render(letter)))  # type: ignore[misc]
        size = len(letter.view(Reader(first_name="Ada", city="New Orleans")).html.encode())
        print(f"render {path.stem:<34} {ours:6.2f} ms   {size / 1000:5.1f} kB of HTML")
    _beside_npm({name: one.mjml for name, one in rendered.items()})


def _render(letter: Letter) -> Rendered:
    return letter._rendering.render(letter._hold, lambda _held: True)


def _median(act: Callable[[], object]) -> float:
    """Milliseconds of CPU of the middle one of many rounds, after a first one that warms everything."""
    act()
    times = []
    for _round in range(ROUNDS):
        began = time.process_time()
        act()
        times.append(1000 * (time.process_time() - began))
    return statistics.median(times)


def _beside_npm(sources: dict[str, str]) -> None:
    from newsletter.letter.mjml import to_html

    npm = shutil.which("npm")
    if npm is None:
        print("npm's mjml was not measured: npm is not installed")
        return
    with tempfile.TemporaryDirectory() as folder:
        asked = [npm, "install", "--silent", "--no-audit", "--no-fund", "mjml@5"]
        done = subprocess.run(asked, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            print("npm's mjml was not measured: npm cannot install it here")
            return
        theirs = _theirs(Path(folder), sources)
    for name, source in sources.items():
        ours = _median(lambda source=source: to_html(source, lambda line: ("", line)))  # type: ignore[misc]
        them = statistics.median(theirs[name][2:])
        print(
            f"mjml   {name:<34} {ours:6.2f} ms   npm's mjml {them:6.1f} ms: {them / ours:.0f} times as long"
        )


def _theirs(folder: Path, sources: dict[str, str]) -> dict[str, list[float]]:
    (folder / "bench.js").write_text(NPM)
    (folder / "sources.json").write_text(json.dumps(sources))
    done = subprocess.run(
        ["node", "bench.js", "sources.json"], cwd=folder, capture_output=True, text=True, check=True
    )
    times: dict[str, list[float]] = json.loads(done.stdout)
    return times


if __name__ == "__main__":
    main()
