"""What stands in a tool's body, as values that every store, page and file can hold.

Texts of tools are mended rather than refused: what no text can hold is taken out, what is too
long is cut, and a person still sees the rest.
"""

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

from escalation.routing.fields import refuse
from escalation.timekeeping.instants import zone_named

FIRST_YEAR, LAST_YEAR = 1970, 2200
_LONGEST_MARKUP = 200_000

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_HALVES = re.compile("[\ud800-\udfff]")
_BREAKS = re.compile("[\t\n\r\x0b\x0c\x85\u2028\u2029 ]+")
_OFFSET = re.compile(r"(?<=\d)([+-]\d{2})(\d{2})$")
_COUNT = re.compile(r"[0-9]{1,10}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Seconds, milliseconds, microseconds and nanoseconds since 1970 are told apart by their size.
_SCALES = ((10**11, 1), (10**14, 10**3), (10**17, 10**6), (10**20, 10**9))


def mended(data: Any) -> Any:  # noqa: ANN401 - any JSON
    """The data with each half of a character, which JSON can write and no text hold, replaced."""
    if isinstance(data, str):
        return _HALVES.sub("\ufffd", data)
    if isinstance(data, list):
        return [mended(each) for each in data]
    if isinstance(data, dict):
        return {mended(name): mended(value) for name, value in data.items()}
    return data


def text_of(value: object, longest: int, *, html: bool = False) -> str | None:
    """A value as text; None where there is nothing in it.

    Raises:
        ValueError: it is a table.
    """
    if isinstance(value, bool):
        value = str(value).lower()
    if isinstance(value, list):
        value = ", ".join(filter(None, (text_of(each, longest) for each in value)))
    if value is None:
        return None
    if not isinstance(value, str | int | float):
        raise refuse(value, "text")
    text = str(value)
    text = _HALVES.sub("\ufffd", _TURNS.sub("", _CONTROL.sub("", plain(text) if html else text)))
    text = text.strip()
    if len(text) > longest:
        text = f"{text[: longest - 3].rstrip()}..."
    return text or None


def line_of(value: object, longest: int) -> str | None:
    """A value as text on one line; None where there is nothing in it.

    Raises:
        ValueError: it is a table.
    """
    text = text_of(value, 20 * longest)
    return None if text is None else text_of(_BREAKS.sub(" ", text), longest)


def words_of(value: object, longest: int, many: int) -> tuple[str, ...] | None:
    """A list of words, or words parted by commas or spaces, each once; None where nothing is said.

    Raises:
        ValueError: it is a table, or a list of them.
    """
    if value is None:
        return None
    found = value if isinstance(value, list) else re.split(r"[,\s]+", str(value))
    if isinstance(value, dict):
        raise refuse(value, "a list of words")
    words = (line_of(each, longest) for each in found)
    return tuple(dict.fromkeys(word for word in words if word is not None))[:many]


def instant_of(value: object, zone: str) -> datetime | None:
    """An instant from what tools write: ISO 8601, with or without a zone, or a number since 1970.

    A time without a zone is of ``zone``; a number is of seconds, milliseconds, microseconds or
    nanoseconds, by its size.

    Raises:
        ValueError: it is none of these.
    """
    if value is None or value == "":
        return None
    expected = "an instant, or a number of seconds or milliseconds since 1970"
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise refuse(value, expected)
    text = str(value).strip()
    try:
        found = _since_1970(float(text)) if _is_number(text) else _written(text, zone)
    except (ValueError, OverflowError):
        raise refuse(value, expected) from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise refuse(value, f"a year from {FIRST_YEAR} to {LAST_YEAR}")
    return found


def rank_of(value: object, zone: str) -> int:
    """A number that orders deliveries: a count is itself, an instant its microseconds since 1970.

    Raises:
        ValueError: it is neither.
    """
    if isinstance(value, int | str) and not isinstance(value, bool):
        text = str(value).strip()
        if _COUNT.fullmatch(text):
            return int(text)
    instant = instant_of(value, zone)
    if instant is None:
        raise refuse("", "an instant or a number")
    return (instant - _EPOCH) // timedelta(microseconds=1)


def plain(markup: str) -> str:
    """The text of HTML, a line for each block."""
    reader = _Text()
    reader.feed(markup[:_LONGEST_MARKUP])
    reader.close()
    return re.sub(r"\n{3,}", "\n\n", "".join(reader.parts)).strip()


class _Text(HTMLParser):
    _BLOCKS = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "ul", "ol", "table"})
    _UNSEEN = frozenset({"script", "style", "head", "title"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self._unseen += tag in self._UNSEEN
        if tag in self._BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._unseen = max(0, self._unseen - (tag in self._UNSEEN))

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.parts.append(data)


def _is_number(text: str) -> bool:
    head, _, tail = text.partition(".")
    return head.isascii() and head.isdigit() and (not tail or (tail.isascii() and tail.isdigit()))


def _since_1970(number: float) -> datetime:
    for limit, scale in _SCALES:
        if number < limit:
            return _EPOCH + timedelta(seconds=number / scale)
    raise ValueError


def _written(text: str, zone: str) -> datetime:
    if text.endswith(" UTC"):
        text = f"{text.removesuffix(' UTC')}Z"
    found = datetime.fromisoformat(_OFFSET.sub(r"\1:\2", text))
    if found.tzinfo is None:
        found = found.replace(tzinfo=zone_named(zone))
    return found.astimezone(UTC)
