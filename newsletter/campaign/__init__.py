"""This room keeps campaigns: what was frozen for whom, what is under way, and what became of everybody."""

from newsletter.campaign.contents import envelope_of, pictures_of, variant_of, wishes_of
from newsletter.campaign.counts import Counts, counts
from newsletter.campaign.earlier import earlier_campaigns, new_people
from newsletter.campaign.envelope import Envelope
from newsletter.campaign.freeze import Frozen, Times, freeze
from newsletter.campaign.ranges import Run
from newsletter.campaign.readers import own_links, reader_of
from newsletter.campaign.report import Row, Summary, report_rows, summaries, summary, unfinished
from newsletter.campaign.requests import (
    Answered,
    Recipient,
    Request,
    claim,
    give_up_posting,
    next_request,
    people_of,
    posting,
    refuse_people,
    refused_of,
    settle,
    split,
    withhold,
)
from newsletter.campaign.stop import (
    ask_stop,
    go_on,
    stop_reason,
    take_back,
    take_back_rest,
    was_posted,
)
from newsletter.campaign.wave import (
    Attempt,
    Batch,
    attempts,
    close_attempts,
    move,
    open_wave,
    unassigned,
)

__all__ = [
    "Answered",
    "Attempt",
    "Batch",
    "Counts",
    "Envelope",
    "Frozen",
    "Recipient",
    "Request",
    "Row",
    "Run",
    "Summary",
    "Times",
    "ask_stop",
    "attempts",
    "claim",
    "close_attempts",
    "counts",
    "earlier_campaigns",
    "envelope_of",
    "freeze",
    "give_up_posting",
    "go_on",
    "move",
    "new_people",
    "next_request",
    "open_wave",
    "own_links",
    "people_of",
    "pictures_of",
    "posting",
    "reader_of",
    "refuse_people",
    "refused_of",
    "report_rows",
    "settle",
    "split",
    "stop_reason",
    "summaries",
    "summary",
    "take_back",
    "take_back_rest",
    "unassigned",
    "unfinished",
    "variant_of",
    "was_posted",
    "wishes_of",
    "withhold",
]
