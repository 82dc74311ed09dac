"""Whatever people type comes out as words, in every form of every output there is.

Every text that the interface takes is sent something that would mean more in some format; every
output is then read by a reader of another's making, which would find what came alive.
"""

import csv
import io
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from email.message import EmailMessage
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from icalendar import Calendar
from markdown_it import MarkdownIt
from openpyxl import load_workbook
from pypdf import PdfReader

from escalation.api.app import OPERATIONS
from escalation.api.operations import Operation
from escalation.cli import logs
from tests.access.estate import (
    ANOTHER,
    MAILING,
    SCHOOLS,
    UNLIMITED,
    call,
    matter,
    model_of,
    parameters,
)
from tests.access.samples import body_of, put, texts_in
from tests.access.telling import ENDS, new_issue
from tests.access.twins import mailed, others, posted, words_of
from tests.api.service import Service, serving
from tests.builders import copied_sqlite

MARK = "zzevil"
PAYLOADS = (
    f"=cmd|'/C {MARK}'!A0",
    f"@SUM(1+1)*{MARK}",
    f"+{MARK}",
    f"-2+3+{MARK}",
    f"\uff1d1+1+{MARK}",
    f"<script>{MARK}()</script>",
    f'"><img src=x onerror={MARK}()>',
    f"[{MARK}](javascript:{MARK}())",
    f"![{MARK}](https://{MARK}.example/x.png) <https://{MARK}.example>",
    f"| {MARK} | `b` | *c* | # d",
    f"{MARK}\r\nSet-Cookie: {MARK}=1",
    f"{MARK}\nBEGIN:VEVENT\nSUMMARY:{MARK}\nEND:VEVENT\nX-{MARK}:1",
    f'{MARK}"}}\n{{"event": "{MARK}", "level": "critical"}}',
    f"{{{{7*7}}}} ${{{MARK}}} %0d%0a{MARK}",
)
"""For spreadsheets, pages, Markdown, headers, calendars, logs and templates."""
FORMS = ("json", "html", "md", "csv", "xlsx", "pdf")


# ---------------------------------------------------------------- in: every text that is taken


def typed(service: Service, payload: str, names: Mapping[str, str]) -> int:
    """Send it in every text of every body; in how many of them it was taken."""
    taken = 0
    for operation in sorted(OPERATIONS, key=lambda each: each.name.startswith(ENDS)):
        model = model_of(operation)
        if model is None:
            continue
        plain = body_of(model, full=True)
        places = [path for path in texts_in(plain) if str(_at(plain, path)).startswith("a-")]
        given = dict(names)
        if "issue" in parameters(operation):
            given["issue"] = new_issue(service, SCHOOLS)
        given[ANOTHER] = names["issue"]
        answer, places = _sent(service, operation, given, plain, places, payload)
        if answer.is_success:
            taken += len(places)
            _inert(answer)
    return taken


def _sent(
    service: Service,
    operation: Operation,
    names: Mapping[str, str],
    plain: Any,
    places: list[tuple[str | int, ...]],
    payload: str,
) -> tuple[httpx.Response, list[tuple[str | int, ...]]]:
    """Send it in all places; then once more without those where it is refused."""
    answer = call(service, operation, names, service.admin, body=_filled(plain, places, payload))
    _inert(answer)
    if answer.status_code == 422:
        wrong = [fault.get("source", {}).get("pointer", "") for fault in answer.json()["errors"]]
        places = [p for p in places if not any(_pointer(p).startswith(w or "/?") for w in wrong)]
        body = _filled(plain, places, payload)
        answer = call(service, operation, names, service.admin, body=body)
        _inert(answer)
    return answer, places


def _filled(plain: Any, places: list[tuple[str | int, ...]], payload: str) -> Any:
    for place in places:
        plain = put(plain, place, payload)
    return plain


def _at(value: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


def _pointer(path: tuple[str | int, ...]) -> str:
    return "".join(f"/{step}" for step in path)


# ---------------------------------------------------------------- out: every form, read by others


DRAWN = {"rect", "line", "polyline", "circle", "text"}
"""What a chart of ours is drawn with: nothing that runs, loads or leads anywhere."""


class Alive(HTMLParser):
    """Finds what a page would run, load or follow."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.in_chart = False

    def handle_endtag(self, tag: str) -> None:
        self.in_chart = self.in_chart and tag != "svg"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.in_chart and tag not in DRAWN:
            self.found.append(f"{tag} in a chart")
        self.in_chart |= tag == "svg" and ("role", "img") in attrs
        for name, value in attrs:
            if name.startswith("on") or MARK in name or MARK in (value or ""):
                self.found.append(f"{tag} {name}={value}")
        stranger = tag == "svg" and not self.in_chart
        if stranger or tag in {"script", "img", "iframe", "object"} or MARK in tag:
            self.found.append(tag)


def _page(body: bytes) -> list[str]:
    reader = Alive()
    reader.feed(body.decode())
    return reader.found


def _markdown(body: bytes) -> list[str]:
    """As the most trusting renderer would show it: with HTML, and with links made of addresses."""
    return _page(MarkdownIt("js-default", {"html": True}).render(body.decode()).encode())


def _sheet(body: bytes) -> list[str]:
    rows = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""))
    begins = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
    return [cell for row in rows for cell in row if MARK in cell and cell.startswith(begins)]


def _workbook(body: bytes) -> list[str]:
    book = load_workbook(io.BytesIO(body))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    return [str(c.value) for c in cells if c.data_type == "f" or c.hyperlink is not None]


def _pdf(body: bytes) -> list[str]:
    pages = PdfReader(io.BytesIO(body)).pages
    notes = [note.get_object() for page in pages for note in page.get("/Annots", [])]
    acts = [note.get("/A", {}) for note in notes]
    return [str(act) for act in acts if act.get("/S") in {"/URI", "/JavaScript", "/Launch"}]


def _calendar(body: bytes) -> list[str]:
    calendar = Calendar.from_ical(body)
    names = [name for part in calendar.walk() for name in part if MARK.upper() in str(name).upper()]
    alone = [part for part in calendar.walk("VEVENT") if "UID" not in part]
    return [*names, *map(str, alone)]


HEADS = {
    "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Reply-To",
    "List-Id", "List-Unsubscribe", "Auto-Submitted", "Precedence", "X-Escalation-Event",
    "MIME-Version", "Content-Type",
}  # fmt: skip
"""The headers that a mail of ours has, and no other."""


def _alive_in(mail: EmailMessage) -> list[str]:
    """What a mail program would do, or go by, that people typed."""
    strange = [name for name in mail.keys() if name not in HEADS]  # noqa: SIM118 - one may be twice
    to = [each.addr_spec for head in ("From", "To", "Reply-To") if mail[head]
          for each in mail[head].addresses]  # fmt: skip
    page = mail.get_body(("html",))
    found = [] if page is None else _page(page.get_content().encode())
    return [*strange, *(each for each in to if MARK in each), *found]


READERS: Mapping[str, Callable[[bytes], list[str]]] = {
    "text/html": _page,
    "text/markdown": _markdown,
    "text/csv": _sheet,
    "text/calendar": _calendar,
    "application/pdf": _pdf,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": _workbook,
    "application/json": lambda body: json.loads(body) and [],
    "application/problem+json": lambda body: json.loads(body) and [],
    "application/schema+json": lambda body: json.loads(body) and [],
    "application/jsonl": lambda body: [json.loads(line) for line in body.splitlines()] and [],
    "text/plain": lambda body: [line for line in body.decode().splitlines() if MARK in line],
}


def _inert(answer: httpx.Response) -> None:
    """Nothing of it came alive: no header that was not there, nothing that a reader would do."""
    assert "set-cookie" not in answer.headers
    for name, value in answer.headers.items():
        assert value.isprintable(), (name, value)
    kind = answer.headers.get("content-type", "").partition(";")[0]
    if answer.content:
        assert READERS[kind](answer.content) == [], (str(answer.request.url), kind)


def outputs(service: Service, names: Mapping[str, str]) -> Iterator[httpx.Response]:
    """Each read in each of its forms; each digest and each scorecard as each file."""
    for operation, accept in product(OPERATIONS, ("*/*", "text/html", "text/markdown")):
        if operation.method == "GET" and (operation.answer is None or accept == "*/*"):
            yield call(service, operation, names, service.admin, accept=accept)
    for stored in service.found("/v1/digests", key=service.admin)["data"]:
        for form in FORMS:
            yield service.get(f"/v1/digests/{stored['id']}.{form}", key=service.admin)


@pytest.mark.slow
@pytest.mark.campaign
def test_whatever_is_typed_comes_out_as_words_in_every_output(
    furnished_sqlite: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = copied_sqlite(furnished_sqlite, tmp_path / "escalation.db")
    logs.configure("json", "INFO")
    with serving(url, data_dir=tmp_path, **UNLIMITED, **MAILING) as service:
        taken, names = 0, others(service)
        for number, payload in enumerate(PAYLOADS):
            own = matter(service, SCHOOLS, payload if payload.isprintable() else f"word{number}")
            names |= own.names
            taken += typed(service, payload, names)
            service.get(f"/v1/issues/{payload.encode().hex()}", key=payload.encode().hex())
        service.post("/v1/digests", {"forum": SCHOOLS.forum}, key=service.admin)
        read = 0
        for answer in outputs(service, names):
            _inert(answer)
            read += MARK in answer.text
        mails = [*mailed(service)]
        assert [found for mail in mails for found in _alive_in(mail)] == []
        assert sum(MARK in part for mail in mails for part in words_of(mail)) > 50
        assert all(json.loads(letter) for letter in posted(service.container.engine))
    structlog.reset_defaults()
    logging.getLogger().handlers.clear()
    assert taken > 700, "it went into a text of a body"
    assert read > 50, "and came out of what is read"
    for line in capsys.readouterr().err.splitlines():
        assert MARK not in json.loads(line).get("level", "")
        assert json.loads(line)["event"] != MARK
