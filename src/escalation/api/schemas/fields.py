"""The kinds of value that stand in bodies, each read one way only."""

import re
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, PlainValidator, StringConstraints
from pydantic import WithJsonSchema as Shown

from escalation.routing.wording import quoted

FIRST_YEAR, LAST_YEAR = 1900, 2200

_INSTANT = re.compile(
    r"(\d{4})-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?(?P<zone>[Zz]|[+-]\d{2}:\d{2})?"
)
_EXPECTED = "an instant with its zone such as `2026-11-30T09:00:00+10:00`"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
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


class Body(BaseModel):
    """What a request sends: unknown names are refused, and nothing is made of another type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


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


def with_something_in_it(text: str) -> str:
    """Text that is more than space."""
    if text.isspace():
        raise Refusal("too_short", "found nothing but space, expected text that is not empty")
    return text


def instant(value: object) -> datetime:
    """An aware instant in UTC from RFC 3339; nothing is assumed about a time without a zone."""
    shown = quoted(value) if isinstance(value, str) else f"`{value}`"
    form = _INSTANT.fullmatch(value) if isinstance(value, str) else None
    if form is None or not isinstance(value, str):
        raise Refusal("wrong_instant", f"found {shown}, expected {_EXPECTED}")
    if form["zone"] is None:
        raise Refusal("zone_missing", f"found {shown} without a zone, expected {_EXPECTED}")
    if not FIRST_YEAR <= int(form[1]) <= LAST_YEAR:
        raise Refusal(
            "year_out_of_range",
            f"found {shown}, expected a year from {FIRST_YEAR} to {LAST_YEAR}",
        )
    try:
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except ValueError:
        raise Refusal(
            "wrong_instant", f"found {shown}, which no calendar or clock has; expected {_EXPECTED}"
        ) from None


def day(value: object) -> date:
    """A calendar date from `2026-11-30`."""
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            found = date.fromisoformat(value)
        except ValueError:
            found = date.min
        if FIRST_YEAR <= found.year <= LAST_YEAR:
            return found
    shown = quoted(value) if isinstance(value, str) else f"`{value}`"
    raise Refusal("wrong_date", f"found {shown}, expected a date such as `2026-11-30`")


Line = Annotated[
    str,
    StringConstraints(min_length=1, max_length=300),
    AfterValidator(on_one_line),
    AfterValidator(with_something_in_it),
]
"""A title: one line."""
Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200),
    AfterValidator(on_one_line),
    AfterValidator(with_something_in_it),
]
"""A name, a code, an identifier of somebody else's: one line."""
Text = Annotated[
    str,
    StringConstraints(min_length=1, max_length=10_000),
    AfterValidator(clean),
    AfterValidator(with_something_in_it),
]
"""What somebody says."""
Description = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(clean)]
"""What the matter is, at length; may be empty."""
Url = Annotated[
    str,
    StringConstraints(max_length=2_000, pattern=r"^https?://[^\s<>\"]+$"),
    AfterValidator(on_one_line),
]
Email = Annotated[
    str,
    StringConstraints(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$"),
    AfterValidator(on_one_line),
]
Instant = Annotated[
    datetime,
    PlainValidator(instant),
    Shown(
        {
            "type": "string",
            "format": "date-time",
            "description": f"RFC 3339 with a zone; the years {FIRST_YEAR} to {LAST_YEAR}",
            "examples": ["2026-11-30T09:00:00+10:00"],
        }
    ),
]
Day = Annotated[
    date,
    PlainValidator(day),
    Shown({"type": "string", "format": "date", "examples": ["2026-11-30"]}),
]
