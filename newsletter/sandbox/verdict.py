"""This module says in what words a run is judged."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Verdict:
    """What became of all mail that an account accepted."""

    now: float
    requests: int
    """How many mail/send were accepted."""
    states: dict[str, int]
    """How many mails wait, are held, were delivered, cancelled, dropped, expired."""
    reasons: dict[str, int]
    """How many mails did not leave, by the reason."""
    released: dict[str, int]
    """How often mail left for each address, in lower case."""
    under_way: int = 0
    """How many requests the sandbox has not answered yet."""

    @property
    def twice(self) -> dict[str, int]:
        """Who got more than one mail, and how many."""
        return {address: times for address, times in self.released.items() if times > 1}
