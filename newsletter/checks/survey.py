"""This module asks every reader's letter before anything is frozen: who gets which variant, and what is missing."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from newsletter.checks.finding import Finding
from newsletter.errors import Problem
from newsletter.letter import Letter, MergeProblem, Reader


@dataclass(frozen=True)
class Survey:
    """How many readers get each variant, one reader of each, and the values that are missing."""

    readers: int
    variants: Mapping[int, int]
    examples: tuple[Reader, ...]
    findings: tuple[Finding, ...]


def survey(letter: Letter, readers: Iterable[Reader]) -> Survey:
    """Run every expression for every reader (tpl/missing-value)."""
    variants: Counter[int] = Counter()
    examples: dict[int, Reader] = {}
    problems: Counter[Problem] = Counter()
    asked = 0
    for reader in readers:
        asked += 1
        try:
            number = letter.personalise(reader).variant
        except MergeProblem as error:
            problems[error.problem] += 1
            continue
        variants[number] += 1
        examples.setdefault(number, reader)
    findings = tuple(_finding(problem, number) for problem, number in problems.items())
    return Survey(asked, dict(sorted(variants.items())), tuple(examples.values()), findings)


def _finding(problem: Problem, number: int) -> Finding:
    whom = "1 reader" if number == 1 else f"{number:,} readers"
    sentence = f"{problem.what} ({whom})"
    return Finding(
        "tpl/missing-value", "error", sentence, problem.cure, str(problem.path), problem.line
    )
