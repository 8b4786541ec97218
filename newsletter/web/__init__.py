"""This room is the clinic's public pages: unsubscribe, preferences, view in browser."""

from newsletter.web.app import create_app, serve
from newsletter.web.pages import Pages

__all__ = ["Pages", "create_app", "serve"]
