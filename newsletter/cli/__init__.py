"""This module is the command line: one thin command a file."""

from newsletter.cli.group import main

__all__ = ["main"]
