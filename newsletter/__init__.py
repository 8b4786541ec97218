"""This package turns an article and lists of subscribers into a campaign that SendGrid delivers."""

__version__ = "0.1.0"
