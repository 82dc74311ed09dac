"""Text that people type: what every store, page and file can hold, and that shows as it reads."""

import re

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BREAK = re.compile("[\t\n\r\x85\u2028\u2029]")
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_ENDS = {"\u202c": frozenset("\u202a\u202b\u202d\u202e"), "\u2069": frozenset("\u2066\u2067\u2068")}


class Refusal(ValueError):
    """Why a value is refused, with the code and the place that its fault has."""

    def __init__(self, code: str, detail: str, *at: str) -> None:
        """Tell ``detail`` under the stable ``code``, at a field within the value."""
        super().__init__(detail)
        self.code = code
        self.at = at


def clean(text: str) -> str:
    """Text that every store, page and file can hold and that shows as it reads.

    Marks and isolates of right-to-left writing are part of it; an override that is left open
    would turn the rest of a page round.
    """
    if text.isprintable():  # most texts are: then nothing of the below is in them
        return text
    control = _CONTROL.search(text)
    if control is not None:
        raise Refusal(
            "control_character",
            f"found the control character U+{ord(control[0]):04X} at position "
            f"{control.start()}, expected text without",
        )
    if _TURNS.search(text):
        _refuse_open_turns(text)
    return text


def _refuse_open_turns(text: str) -> None:
    """Each embedding, override or isolate must be closed by its own mark, in order (UAX 9)."""
    turned: list[re.Match[str]] = []
    for mark in _TURNS.finditer(text):
        opens = _ENDS.get(mark[0])
        if opens is None:
            turned.append(mark)
        elif turned and turned[-1][0] in opens:
            turned.pop()
        else:
            turned.append(mark)
            break
    if turned:
        odd = turned[-1]
        raise Refusal(
            "unpaired_direction",
            f"found the direction mark U+{ord(odd[0]):04X} at position {odd.start()} without its "
            "pair, expected each to be closed",
        )


def on_one_line(text: str) -> str:
    """Text without a line break or tab."""
    if text.isprintable():
        return text
    found = _BREAK.search(text)
    if found is not None:
        raise Refusal(
            "line_break",
            f"found a line break or tab at position {found.start()}, expected one line",
        )
    return clean(text)
