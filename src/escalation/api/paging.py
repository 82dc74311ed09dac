"""Answers that are read: single things, and pages with a cursor to go on from."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, Protocol
from urllib.parse import parse_qsl, urlencode

from fastapi import Response

from escalation.api.deps import Asked
from escalation.errors import Fault, Malformed

JSON = "application/json"
_INSTANT: Final = "@"
_LARGEST: Final = 2**31

Value = str | int | datetime | None


class Page(Protocol):
    """One page of a list, as the read side gives it."""

    @property
    def items(self) -> Sequence[Mapping[str, Any]]:
        """What stands on it."""
        ...

    @property
    def limit(self) -> int:
        """How many may."""
        ...

    @property
    def after(self) -> tuple[Value, str] | None:
        """Where the next page begins."""
        ...

    @property
    def total(self) -> int | None:
        """How many there are on all pages, where it was asked for."""
        ...


def single(found: Mapping[str, Any], *, etag: str | None = None) -> Response:
    """One thing, without an envelope."""
    headers = {"Content-Type": JSON}
    if etag is not None:
        headers["ETag"] = f'"{etag}"'
    return Response(json_of(found), 200, headers)


def answer(
    asked: Asked, page: Page, fields: frozenset[str] | None = None, scope: str = ""
) -> Response:
    """A page in its envelope, with the way to the next one there and in the ``Link`` header.

    ``scope`` is what a cursor of this list belongs to: its sort.
    """
    links = {"self": here(asked)}
    headers = {"Content-Type": JSON}
    if page.after is not None:
        links["next"] = here(asked, cursor=cursor_of(page.after, _of(asked, scope)))
        headers["Link"] = f'<{links["next"]}>; rel="next"'
    meta: dict[str, Any] = {"limit": page.limit}
    if page.total is not None:
        meta["total"] = page.total
    items = [_only(item, fields) for item in page.items]
    return Response(json_of({"data": items, "links": links, "meta": meta}), 200, headers)


def whole(asked: Asked, items: Iterable[Mapping[str, Any]]) -> Response:
    """A list that is short enough to be told in one page."""
    found = list(items)
    links = {"self": here(asked)}
    envelope = {"data": found, "links": links, "meta": {"limit": max(len(found), 1)}}
    return Response(json_of(envelope), 200, {"Content-Type": JSON})


def json_of(value: object) -> bytes:
    """The JSON text of an answer."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def cursor_of(after: tuple[Value, str], scope: str) -> str:
    """Where a page goes on, as an opaque word that only the same list takes."""
    value, last = after
    kept = f"{_INSTANT}{value.isoformat()}" if isinstance(value, datetime) else value
    raw = json.dumps([_mark(scope), kept, last], separators=(",", ":"))
    return urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def position_of(
    asked: Asked, cursor: str | None, kinds: tuple[type, ...], scope: str = ""
) -> tuple[Value, str] | None:
    """Where a cursor says that the page goes on; its value is of one of ``kinds``.

    Raises:
        Malformed: it is no cursor of this list in this order.
    """
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        mark, kept, last = json.loads(urlsafe_b64decode(padded.encode("ascii")))
        value = kept
        if isinstance(kept, str) and kept.startswith(_INSTANT):
            value = datetime.fromisoformat(kept[1:])
        fits = mark == _mark(_of(asked, scope)) and isinstance(last, str)
        fits = fits and _possible(value, kinds)
    except (ValueError, TypeError):
        fits, value, last = False, None, ""
    if not fits:
        detail = "found a cursor of another list or order, expected the one of this list's `next`"
        raise Malformed(
            "The cursor does not belong here; begin again without it.",
            errors=[Fault("wrong_cursor", detail, parameter="cursor")],
        )
    return value, last


def instant_of(asked: Asked, cursor: str | None, scope: str = "") -> tuple[datetime, str] | None:
    """Where a cursor says that the page goes on, of a list that is sorted by an instant.

    Raises:
        Malformed: it is no cursor of this list in this order.
    """
    found = position_of(asked, cursor, (datetime,), scope)
    if found is None or not isinstance(found[0], datetime):
        return None
    return found[0], found[1]


def _possible(value: object, kinds: tuple[type, ...]) -> bool:
    """Whether a list could have been sorted by it: a cursor may have been made by anyone."""
    if isinstance(value, datetime):
        return datetime in kinds and value.tzinfo is not None
    if isinstance(value, str):
        return str in kinds and value.isprintable()
    if isinstance(value, int):
        return type(value) in kinds and abs(value) < _LARGEST
    return value is None and type(None) in kinds


def _of(asked: Asked, scope: str) -> str:
    return f"{asked.path}?{scope}"


def _mark(scope: str) -> str:
    return sha256(scope.encode()).hexdigest()[:8]


def here(asked: Asked, **changed: str) -> str:
    """The path that was asked, with some of its parameters changed."""
    query = dict(parse_qsl(asked.scope["query_string"].decode("latin-1"), keep_blank_values=True))
    query |= changed
    return f"{asked.path}?{urlencode(query)}" if query else asked.path


def _only(item: Mapping[str, Any], fields: frozenset[str] | None) -> Mapping[str, Any]:
    if fields is None:
        return item
    return {name: value for name, value in item.items() if name in fields or name == "id"}
