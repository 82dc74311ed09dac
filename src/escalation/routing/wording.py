"""How a mistake is told: what was found, what was expected, and the nearest valid word."""

from collections.abc import Iterable
from difflib import get_close_matches

_SHOWN = 12
_LONGEST = 80
_LIKE_ENOUGH = 0.5


def quoted(value: str) -> str:
    """The value between back ticks, cut where it is long, on one line."""
    line = " ".join(value.split())
    return f"`{line if len(line) <= _LONGEST else line[:_LONGEST] + '...'}`"


def one_of(choices: Iterable[str]) -> str:
    """The choices as a phrase: `a`, `b` or `c`; long lists are cut and counted."""
    words = [quoted(choice) for choice in choices]
    if not words:
        return "nothing, for none is defined"
    if len(words) > _SHOWN:
        return f"one of {', '.join(words[:_SHOWN])} ... ({len(words)} in all)"
    head, last = words[:-1], words[-1]
    return f"{', '.join(head)} or {last}" if head else last


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """The choice most like the word, None where none is like it."""
    by_fold = {choice.casefold(): choice for choice in choices}
    close = get_close_matches(word.casefold()[:_LONGEST], by_fold, n=1, cutoff=_LIKE_ENOUGH)
    return by_fold[close[0]] if close else None


def the_nearest(word: str, choices: Iterable[str]) -> str:
    """`; the nearest is ...`, or nothing where no choice is like the word."""
    like = nearest(word, choices)
    return f"; the nearest is {quoted(like)}" if like else ""


def not_among(word: str, choices: Iterable[str]) -> str:
    """The whole message for a word that is none of the choices."""
    known = list(choices)
    return f"found {quoted(word)}, expected {one_of(known)}{the_nearest(word, known)}"
