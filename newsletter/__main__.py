"""This module lets `python -m newsletter` do what `newsletter` does."""

from newsletter.cli import main

if __name__ == "__main__":
    main()
