"""The kinds of value that stand in bodies, each read one way only."""

import re
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, PlainValidator, StringConstraints
from pydantic import WithJsonSchema as Shown

from escalation.clock import FIRST_YEAR, LAST_YEAR
from escalation.routing.typed import Refusal, clean, on_one_line
from escalation.routing.wording import quoted

LONGEST = 10_000
"""Characters of what somebody says."""

_INSTANT = re.compile(
    r"(\d{4})-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?(?P<zone>[Zz]|[+-]\d{2}:\d{2})?"
)
_EXPECTED = "an instant with its zone such as `2026-11-30T09:00:00+10:00`"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class Body(BaseModel):
    """What a request sends: unknown names are refused, and nothing is made of another type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def with_something_in_it(text: str) -> str:
    """Text that is more than space."""
    if text.isspace():
        raise Refusal("too_short", "found nothing but space, expected text that is not empty")
    return text


def said(text: str) -> str:
    """What somebody says, where something else than text may stand: as :data:`Text` has it."""
    if len(text) > LONGEST:
        found = f"found {len(text):,} characters, expected text of at most {LONGEST:,} characters"
        raise Refusal("too_long", found)
    if not text:
        raise Refusal("too_short", "found empty text, expected text that is not empty")
    return with_something_in_it(clean(text))


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
    StringConstraints(min_length=1, max_length=LONGEST),
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
