"""This module is the envelope: who sends, and how readers leave, fixed when a campaign is frozen."""

from dataclasses import asdict, dataclass

import orjson


@dataclass(frozen=True)
class Envelope:
    """What all recipients of a campaign share beside the letter itself."""

    sender: str
    sender_name: str
    reply_to: str
    category: str
    unsubscribe_tag: str
    """What the provider replaces by its own unsubscribe link; empty where each reader has a link of ours."""
    group: int
    """The provider's unsubscribe group; 0 for none."""
    open_tracking: bool = False
    click_tracking: bool = False

    def as_json(self) -> str:
        return orjson.dumps(asdict(self)).decode()

    @classmethod
    def from_json(cls, text: str) -> "Envelope":
        return cls(**orjson.loads(text))
