"""This module takes a port before anybody is told that something is served there."""

import socket

from newsletter.errors import NewsletterError


def listening(host: str, port: int) -> socket.socket:
    """A socket at *port* (0: a free one) that listens already: whoever comes early waits.

    Raises NewsletterError where the port or the host cannot be used.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        why = str(error.strerror).partition(" (while")[0]
        raise NewsletterError(
            f"port {port} cannot be used at {host} ({why}); end what runs there, or name another with --port"
        ) from error
