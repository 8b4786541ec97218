"""This room takes in what comes home: who left, what bounced, who complained."""

from newsletter.feedback.suppress import Suppression, suppress

__all__ = ["Suppression", "suppress"]
