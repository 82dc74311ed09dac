"""The kinds of value that stand in a ladder or directory file, each read one way only.

Every refusal says what was found and what was expected; the loader adds where.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from escalation.routing.vocabulary import Severity
from escalation.routing.wording import quoted
from escalation.timekeeping.duration import Duration
from escalation.timekeeping.instants import zone_named

ID_PATTERN = r"^[a-z][a-z0-9]*([_-][a-z0-9]+)*$"
_DURATION_LONGEST = 24
_MOMENT_LONGEST = 40
_ZONE_LONGEST = 64
_DURATION_PATTERN = r"^[1-9][0-9]{0,5} (business )?(minute|hour|day)s?$"
_TIME_PATTERN = r"([01][0-9]|2[0-4]):[0-5][0-9]"
_TIME = re.compile(_TIME_PATTERN)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PERCENT = re.compile(r"([1-9][0-9]?)%")
_DAY_END = 86400
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


class Strict(BaseModel):
    """A table of a file: unknown keys are refused, and nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def published(cls) -> str:
        """The JSON Schema of such a file, as the text that is published for editors."""
        table = {"$schema": _DIALECT, **cls.model_json_schema(mode="validation")}
        return json.dumps(table, indent=2, ensure_ascii=False) + "\n"


def refuse(found: object, expected: str) -> ValueError:
    """The error of a value that is none of what was expected."""
    shown = quoted(found) if isinstance(found, str) else quoted(repr(found))
    return ValueError(f"found {shown}, expected {expected}")


def read_duration(value: object) -> Duration:
    """A duration from its text."""
    if isinstance(value, Duration):
        return value
    try:
        return Duration.parse(value if isinstance(value, str) else str(value))
    except ValueError as error:
        raise ValueError(str(error).replace("'", "`")) from None


def read_date(value: object) -> date:
    """A calendar date from `2026-11-30`."""
    expected = "a date such as `2026-11-30`"
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise refuse(value, expected)
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise refuse(value, f"{expected} that the calendar has") from None


def read_moment(value: object) -> date | datetime:
    """A date, or an instant with its offset, kept in UTC."""
    if not isinstance(value, str) or _DATE.fullmatch(value):
        return read_date(value)
    expected = "a date such as `2026-11-30`, or an instant such as `2026-11-30T09:00:00+10:00`"
    if len(value) > _MOMENT_LONGEST:
        raise refuse(value, expected)
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        raise refuse(value, expected) from None
    if instant.tzinfo is None:
        raise refuse(value, f"{expected}: with its offset")
    return instant.astimezone(UTC)


def show_moment(value: date | datetime) -> str:
    """The form that `read_moment` reads."""
    return value.isoformat()


def read_time(value: object) -> int:
    """Seconds of the day from `17:00`; `24:00` is its end."""
    expected = "a time of day such as `17:00`"
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise refuse(value, expected)
    hours, minutes = value.split(":")
    seconds = int(hours) * 3600 + int(minutes) * 60
    if seconds > _DAY_END:
        raise refuse(value, "a time of day up to `24:00`")
    return seconds


def show_time(seconds: int) -> str:
    """The form that `read_time` reads."""
    return f"{seconds // 3600:02}:{seconds % 3600 // 60:02}"


def read_span(value: object) -> tuple[int, int]:
    """An opening from `08:30-17:00`: half-open, within one local day."""
    expected = "a window within one day such as `08:30-17:00`"
    if not isinstance(value, str) or value.count("-") != 1:
        raise refuse(value, expected)
    first, last = value.split("-")
    try:
        start, end = read_time(first), read_time(last)
    except ValueError:
        raise refuse(value, expected) from None
    if start >= end:
        raise refuse(value, f"{expected}: it opens before it closes, and midnight ends it")
    return start, end


def read_zone(value: object) -> str:
    """The name of an IANA time zone that this machine knows."""
    expected = "an IANA time zone such as `Australia/Brisbane`"
    if not isinstance(value, str):
        raise refuse(value, expected)
    try:
        zone_named(value)
    except ValueError as error:
        near = str(error).partition("; ")[2].replace("'", "`")
        raise refuse(value, f"{expected}; {near}") from None
    return value


def read_warning(value: object) -> int | Duration:
    """Percent of the target from `75%`, or a time before its end from `4 business hours`."""
    percent = _PERCENT.fullmatch(value) if isinstance(value, str) else None
    if percent:
        return int(percent[1])
    if isinstance(value, str) and "%" not in value:
        return read_duration(value)
    raise refuse(value, "a percentage such as `75%`, or a time before such as `4 business hours`")


def show_warning(value: int | Duration) -> str:
    """The form that `read_warning` reads."""
    return f"{value}%" if isinstance(value, int) else str(value)


def for_every_severity(value: object) -> object:
    """One duration written for all: the same under each severity."""
    return dict.fromkeys(Severity, read_duration(value)) if isinstance(value, str) else value


def one_or_many(value: object) -> object:
    """A single word where a list may stand."""
    return (value,) if isinstance(value, str) else value


def _text_schema(pattern: str, example: str) -> dict[str, Any]:
    return {"type": "string", "pattern": pattern, "examples": [example]}


_DURATION_SCHEMA = {
    **_text_schema(_DURATION_PATTERN, "2 business days"),
    "maxLength": _DURATION_LONGEST,
}
_MOMENT_SCHEMA = {
    "type": "string",
    "maxLength": _MOMENT_LONGEST,
    "examples": ["2026-11-30", "2026-11-30T09:00:00+10:00"],
}
_DATE_SCHEMA = {"type": "string", "format": "date", "examples": ["2026-11-30"]}
_TIME_SCHEMA = _text_schema(f"^{_TIME_PATTERN}$", "17:00")
_SPAN_SCHEMA = _text_schema(f"^{_TIME_PATTERN}-{_TIME_PATTERN}$", "08:30-17:00")
_WARNING_SCHEMA = {
    "anyOf": [_text_schema("^[1-9][0-9]?%$", "75%"), _DURATION_SCHEMA],
}
_BY_SEVERITY: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {severity.value: _DURATION_SCHEMA for severity in Severity},
}


class OneOrMany:
    """Lets a single word stand where a list may; the published schema says so too."""

    def __get_pydantic_core_schema__(self, of: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401 - pydantic's
        """The list's own schema, after a single word has become a list of one."""
        return core_schema.no_info_before_validator_function(one_or_many, handler(of))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Either an item or the list."""
        many = handler(schema)
        return {"anyOf": [many["items"], many]}


Id = Annotated[str, Field(pattern=ID_PATTERN, max_length=64)]
Ids = Annotated[tuple[Id, ...], Field(max_length=1000)]
Title = Annotated[str, Field(min_length=1, max_length=120)]
Text = Annotated[str, Field(min_length=1, max_length=2000)]
Texts = Annotated[tuple[Text, ...], Field(max_length=100)]
Span = Annotated[
    tuple[int, int],
    PlainValidator(read_span),
    PlainSerializer(lambda span: f"{show_time(span[0])}-{show_time(span[1])}"),
    WithJsonSchema(_SPAN_SCHEMA),
]
TimeOfDay = Annotated[
    int, PlainValidator(read_time), PlainSerializer(show_time), WithJsonSchema(_TIME_SCHEMA)
]
Day = Annotated[
    date,
    PlainValidator(read_date),
    PlainSerializer(date.isoformat),
    WithJsonSchema(_DATE_SCHEMA),
]
Moment = Annotated[
    date | datetime,
    PlainValidator(read_moment),
    PlainSerializer(show_moment),
    WithJsonSchema(_MOMENT_SCHEMA),
]
Zone = Annotated[
    str,
    PlainValidator(read_zone),
    WithJsonSchema(
        {"type": "string", "maxLength": _ZONE_LONGEST, "examples": ["Australia/Brisbane"]}
    ),
]
DurationText = Annotated[
    Duration,
    PlainValidator(read_duration),
    PlainSerializer(str),
    WithJsonSchema(_DURATION_SCHEMA),
]
WarningText = Annotated[
    int | Duration,
    PlainValidator(read_warning),
    PlainSerializer(show_warning),
    WithJsonSchema(_WARNING_SCHEMA),
]
DurationTable = Annotated[
    Mapping[Severity, DurationText],
    BeforeValidator(for_every_severity),
    WithJsonSchema({"anyOf": [_DURATION_SCHEMA, _BY_SEVERITY]}),
]
"""One duration for every severity, or a table that names some or all of them."""

T = TypeVar("T")
Some = Annotated[tuple[T, ...], Field(min_length=1, max_length=100), OneOrMany()]
"""One word, or a list of words."""

Warnings = Annotated[tuple[WarningText, ...], Field(max_length=8)]
Count = Annotated[int, Field(strict=True, ge=0, le=999)]
