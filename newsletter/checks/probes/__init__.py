"""This room asks the world: other programs and the network. What cannot be asked comes back as Unverified."""

from newsletter.checks.probes.gather import Scope, gather

__all__ = ["Scope", "gather"]
