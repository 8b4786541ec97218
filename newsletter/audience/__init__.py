"""This room turns lists into subscribers, and subscribers into an audience."""

from newsletter.audience.address import domain_of, is_sample, read_address
from newsletter.audience.basis import lines_to_add
from newsletter.audience.choose import Audience, Subscriber, choose, people, time_zones
from newsletter.audience.difference import Jump, Merge, jumps
from newsletter.audience.fates import FATES, Fate, ListReport, fates, list_reports
from newsletter.audience.fold import LARGEST_FAMILY
from newsletter.audience.merge import merge_lists
from newsletter.audience.place import list_files
from newsletter.audience.proof import confirmed_people, list_sources, worded_people

__all__ = [
    "FATES",
    "LARGEST_FAMILY",
    "Audience",
    "Fate",
    "Jump",
    "ListReport",
    "Merge",
    "Subscriber",
    "choose",
    "confirmed_people",
    "domain_of",
    "fates",
    "is_sample",
    "jumps",
    "lines_to_add",
    "list_files",
    "list_reports",
    "list_sources",
    "merge_lists",
    "people",
    "read_address",
    "time_zones",
    "worded_people",
]
