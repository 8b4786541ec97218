"""This script writes newsletter/checks/data/caniemail.json anew from the npm package caniemail.

npm pack caniemail && tar xzf caniemail-*.tgz
python docs/refresh_caniemail.py package/data/caniemail.json
"""

import json
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent.parent / "newsletter" / "checks" / "data" / "caniemail.json"
FAMILIES = ("apple-mail", "gmail", "outlook", "yahoo", "aol", "samsung-email")


def latest(feature: Any) -> dict[str, str]:
    """What each program's newest version that was tested does: y, n, a (partly) or u (unknown)."""
    return {
        f"{family} {platform}": list(versions.values())[-1][:1]
        for family in FAMILIES
        for platform, versions in feature["stats"].get(family, {}).items()
        if versions
    }


def main(source: Path) -> None:
    """One line a feature, so that a change can be read."""
    data = json.loads(source.read_text(encoding="utf-8"))
    lines = [
        f"{json.dumps(feature['slug'])}: "
        + json.dumps(
            {"title": feature["title"], "url": feature["url"], "status": latest(feature)},
            ensure_ascii=False,
        )
        for feature in data["data"]
    ]
    TARGET.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
