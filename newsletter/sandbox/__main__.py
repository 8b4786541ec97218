"""This module starts a sandbox from the command line: python -m newsletter.sandbox --folder …"""

import argparse
import sys
from pathlib import Path

from newsletter.errors import NewsletterError
from newsletter.sandbox import OUTBOX_LIMIT, Sandbox, Trouble, run_forever, serve


def main() -> int:
    """Run until stopped; 0 when it ended well, 1 when it could not start."""
    options = _options()
    try:
        sandbox = serve(
            options.folder,
            port=options.port,
            speed=options.speed,
            outbox=options.outbox != "none",
            outbox_limit=options.outbox_limit,
            idle_seconds=options.idle,
            key=options.key,
            trouble=Trouble(options.seed, options.trouble),
        )
    except NewsletterError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    run_forever(sandbox, _greet)
    return 0


def _greet(sandbox: Sandbox) -> None:
    sys.stdout.write(f"{sandbox.url}\n")
    sys.stdout.flush()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m newsletter.sandbox", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where its state lies")
    parser.add_argument("--port", type=int, default=0, help="a port; 0 takes a free one")
    parser.add_argument("--speed", type=float, default=1, help="60 lets an hour pass in a minute")
    parser.add_argument("--outbox", choices=("files", "none"), default="files")
    parser.add_argument("--outbox-limit", type=int, default=OUTBOX_LIMIT)
    parser.add_argument("--idle", type=float, default=None, help="end after so many seconds idle")
    parser.add_argument("--key", default=None, help="the only key to let in")
    parser.add_argument("--seed", type=int, default=0, help="the chance that --trouble draws from")
    parser.add_argument(
        "--trouble", type=float, default=0, help="0.2 spoils a fifth of the requests"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
