"""Lists, page by page: each goes on where the last ended, whatever comes in between."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from escalation.client.line import Asked, Line

LARGEST = 200
"""Entries that a page has at most."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page: what stands on it, where the next begins, and how many there are, if asked."""

    data: Sequence[Any]
    cursor: str | None
    total: int | None


def page(
    line: Line, name: str, query: Mapping[str, Any], parts: Mapping[str, str] | None = None
) -> Page:
    """One page of a list."""
    found = line.found(name, Asked(parts=parts or {}, query=query))
    following = urlsplit(found["links"].get("next") or "").query
    cursor = parse_qs(following).get("cursor", [None])[0]
    return Page(found["data"], cursor, found["meta"].get("total"))


def every(
    line: Line, name: str, query: Mapping[str, Any], parts: Mapping[str, str] | None = None
) -> Iterator[Any]:
    """Whatever a list has, asked for page by page as it is taken."""
    asked: dict[str, Any] = dict(query)
    while True:
        found = page(line, name, asked, parts)
        yield from found.data
        if found.cursor is None:
            return
        asked["cursor"] = found.cursor


def some(
    line: Line,
    name: str,
    query: Mapping[str, Any],
    limit: int,
    parts: Mapping[str, str] | None = None,
) -> Page:
    """The first ``limit`` entries of a list, of as many pages as they stand on."""
    asked: dict[str, Any] = {**query, "limit": min(limit, LARGEST)}
    first = found = page(line, name, asked, parts)
    data = list(found.data)
    while found.cursor is not None and len(data) < limit:
        asked |= {"cursor": found.cursor, "limit": min(limit - len(data), LARGEST)}
        found = page(line, name, asked, parts)
        data += found.data
    return Page(data, found.cursor, first.total)
