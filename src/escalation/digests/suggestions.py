"""Themes that might be: words that came up more than they used to, with where they stand.

Plain counting, the same for the same issues: in how many issues of a period a word, or two words
beside each other, stand, against how many of the time before. The score is the difference of the
log-odds over its standard error, with a half added to each count (Haldane and Anscombe), so that a
word which was never there before is no infinity and a rare one is no certainty. Nothing follows
from a suggestion by itself.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log, sqrt
from typing import Final, NamedTuple

LEAST_ISSUES: Final = 3
"""In so many issues of the period a word stands at least (our reading)."""
LEAST_SCORE: Final = 1.96
"""So many standard errors above what it was: one in forty, were nothing different."""
MOST: Final = 10
"""How many are suggested at most."""
ALIKE: Final = 0.7
"""Words are one suggestion from this share of shared issues on."""
_WORD = re.compile(r"[^\W\d_]{3,}")
_FUNCTION_WORDS = """
about after again against all also although always among and any are because been before being
between both but came can cannot come could did does doing done down due during each either
ever every few for from further gave get gets give given goes going got had has have having
her here hers him his how however into its itself just made make many may might more most much
must never next nor not now off often once one only other our ours out over own per please put
said same saw say says see seen shall she should since some still such than that the their
theirs them then there these they this those though through thus too took two under until upon
very was way well went were what when where whether which while who whom whose why will with
within without would yet you your yours
"""
_STOP: Final = frozenset(_FUNCTION_WORDS.split())


class Text(NamedTuple):
    """An issue's words."""

    id: str
    reference: str
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Words that go together, in how many issues they stand now and stood before, and in which."""

    words: tuple[str, ...]
    score: float
    now: int
    before: int
    issues: tuple[Text, ...]


def suggested(
    now: Sequence[Text], before: Sequence[Text], known: Iterable[str]
) -> list[Suggestion]:
    """What might be a theme, the most telling first; without words of themes that there are."""
    covered = {word for text in known for word in _WORD.findall(text.casefold())}
    here, there = _standing(now), _standing(before)
    scored = []
    for term, places in here.items():
        if len(places) < LEAST_ISSUES or covered.issuperset(term.split()):
            continue
        earlier = len(there.get(term, ()))
        score = _score(len(places), len(now), earlier, len(before))
        if score >= LEAST_SCORE:
            scored.append((-score, -len(term.split()), term))
    return [
        Suggestion(
            tuple(words),
            round(-score, 2),
            len(here[words[0]]),
            len(there.get(words[0], ())),
            tuple(now[place] for place in sorted(here[words[0]])),
        )
        for score, words in _grouped(sorted(scored), here)
    ]


def _standing(texts: Iterable[Text]) -> dict[str, set[int]]:
    """In which of the texts each term stands."""
    found: dict[str, set[int]] = {}
    for place, text in enumerate(texts):
        for term in {*_terms(text.title), *_terms(text.description)}:
            found.setdefault(term, set()).add(place)
    return found


def _terms(text: str) -> Iterator[str]:
    """Its words, and each two that stand beside each other."""
    words = [word for word in _WORD.findall(text.casefold()) if word not in _STOP]
    yield from words
    yield from (" ".join(pair) for pair in pairwise(words))


def _score(now: int, of_now: int, before: int, of_before: int) -> float:
    cells = [now, of_now - now, before, of_before - before]
    with_it, without, earlier, rest = (count + 0.5 for count in cells)
    odds = log(with_it / without) - log(earlier / rest)
    return odds / sqrt(1 / with_it + 1 / without + 1 / earlier + 1 / rest)


def _grouped(
    scored: Iterable[tuple[float, int, str]], standing: Mapping[str, set[int]]
) -> list[tuple[float, list[str]]]:
    """Terms that mostly stand in the same issues as one, led by the most telling of them."""
    groups: list[tuple[float, list[str]]] = []
    for score, _, term in scored:
        like = next((words for _, words in groups if _alike(words[0], term, standing)), None)
        if like is not None:
            like.append(term)
        elif len(groups) < MOST:
            groups.append((score, [term]))
    return groups


def _alike(one: str, other: str, standing: Mapping[str, set[int]]) -> bool:
    here, there = standing[one], standing[other]
    return len(here & there) >= ALIKE * len(here | there)
