"""This module offers a local SendGrid: it takes mail in as SendGrid does, and nothing leaves this computer."""

from newsletter.sandbox.behaviour import Behaviour
from newsletter.sandbox.faults import KINDS, Fault
from newsletter.sandbox.records import Record, messages, released
from newsletter.sandbox.remote import (
    behave,
    misbehave,
    now,
    plant,
    running,
    skip,
    start_in_background,
    stop,
)
from newsletter.sandbox.server import OUTBOX_LIMIT, Sandbox, reset, run_forever, serve

__all__ = [
    "KINDS",
    "OUTBOX_LIMIT",
    "Behaviour",
    "Fault",
    "Record",
    "Sandbox",
    "behave",
    "messages",
    "misbehave",
    "now",
    "plant",
    "released",
    "reset",
    "run_forever",
    "running",
    "serve",
    "skip",
    "start_in_background",
    "stop",
]
