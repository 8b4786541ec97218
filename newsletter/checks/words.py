"""This module counts what people see in words: signs, picture signs, sentences, syllables."""

import re
import unicodedata

JOINER = "\u200d"
MODIFIERS = re.compile("[\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\u200d]")
PICTURES = re.compile(
    "[\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff\u2600-\u27bf\u2b50\u2b55\u231a\u231b\u23e9-\u23fa]"
)
EASY_END = re.compile(r"(?:[^laeiouy]es|ed|[^laeiouy]e)$")


def graphemes(words: str) -> int:
    """How many signs a person sees: accents, flags and joined pictures count once (UAX #29, near enough)."""
    count, flag, joined = 0, False, False
    for sign in words:
        regional = "\U0001f1e6" <= sign <= "\U0001f1ff"
        if MODIFIERS.match(sign) or unicodedata.combining(sign) or (regional and flag) or joined:
            flag = False
        else:
            count, flag = count + 1, regional
        joined = sign == JOINER
    return count


def emoji(words: str) -> list[str]:
    """The picture signs of *words*; a family or a flag is one."""
    whole = re.findall(rf"(?:{PICTURES.pattern}{MODIFIERS.pattern}*)+", words)
    return [
        one
        for run in whole
        for one in re.findall(
            rf"[\U0001f1e6-\U0001f1ff]{{2}}|{PICTURES.pattern}(?:{MODIFIERS.pattern}+{PICTURES.pattern}?)*",
            run,
        )
    ]


def grade(words: str) -> float:
    """The school year that a text asks for (Flesch and Kincaid, 1975); 0 where there is too little of it."""
    sentences = [
        part for part in re.split(r"[.!?:]+(?=\s|$)|\n\n", words) if re.search(r"\w", part)
    ]
    found = re.findall(r"[a-zA-Z’']+", words)
    if len(found) < 100 or not sentences:
        return 0.0
    return (
        0.39 * len(found) / len(sentences) + 11.8 * sum(map(syllables, found)) / len(found) - 15.59
    )


def syllables(word: str) -> int:
    """How many syllables an English word has, near enough."""
    word = word.lower().strip("’'")
    short = EASY_END.sub("", word) if len(word) > 3 else word
    return max(1, len(re.findall(r"[aeiouy]+", short)))
