"""This room is the clinic's public pages: unsubscribe, preferences, view in browser; and SendGrid's events."""

from newsletter.web.app import create_app, serve
from newsletter.web.events import PATH as EVENTS_PATH
from newsletter.web.events import EventDesk
from newsletter.web.mirror import Mirror
from newsletter.web.pages import Pages

__all__ = ["EVENTS_PATH", "EventDesk", "Mirror", "Pages", "create_app", "serve"]
