"""This module asks every reader's letter before anything is frozen: who gets which variant, and what is missing."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from newsletter.checks.addresses import Addresses
from newsletter.checks.evidence import Hole
from newsletter.errors import Problem
from newsletter.letter import Letter, MergeProblem, Reader


@dataclass(frozen=True)
class Survey:
    """How many readers get each variant, one reader of each, and the values that are missing."""

    readers: int
    variants: Mapping[int, int]
    examples: tuple[Reader, ...]
    holes: tuple[Hole, ...]
    addresses: Collection[str]


def survey(letter: Letter, readers: Iterable[tuple[str, Reader]]) -> Survey:
    """Run every expression for every reader, each given with the address."""
    variants: Counter[int] = Counter()
    examples: dict[int, Reader] = {}
    missing: dict[Problem, list[str]] = defaultdict(list)
    addresses = Addresses()
    for address, reader in readers:
        addresses.add(address)
        try:
            number = letter.personalise(reader).variant
        except MergeProblem as error:
            missing[error.problem].append(address)
            continue
        variants[number] += 1
        examples.setdefault(number, reader)
    holes = tuple(Hole(problem, tuple(who)) for problem, who in missing.items())
    most_first = [examples[number] for number, _ in variants.most_common()]
    return Survey(
        len(addresses), dict(sorted(variants.items())), tuple(most_first), holes, addresses
    )
