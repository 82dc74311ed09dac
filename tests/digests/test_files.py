"""PDF, CSV and XLSX: what people typed stays text, no name stops them, the figures are the same."""

import csv
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pdfua
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from pypdf import PdfReader

from escalation.clock import VirtualClock
from escalation.errors import Invalid
from escalation.reports import FORMATS
from escalation.reports.as_csv import guarded
from escalation.reports.as_markdown import escaped
from escalation.reports.glyphs import characters, shown
from escalation.reports.heading import Heading
from escalation.services import corrections, digests
from escalation.services.asked_digests import Request
from escalation.services.desk import Desk
from tests.api.service import serving
from tests.api.sitting import done, meeting_of, sit, tabled_issue
from tests.builders import CLERK, copied_sqlite
from tests.digests.history import lived
from tests.fakes import MONDAY

BMF = "bmf-southern-cross"
THEME = {
    "code": "late", "title": "Paid late", "description": "d", "key_result_area": "customers",
    "layer": "service", "owner": "priya-nair", "plan": "p", "objective": "o",
}  # fmt: skip
CODES = frozenset({
    "agency", "also_affects", "at", "because", "by_exception", "code", "effect", "forum", "from",
    "from_rung", "function", "hash", "id", "key_result_area", "kind", "known_at", "layer",
    "left_agenda", "of", "ola", "over", "owner", "profile", "provider", "region",
    "reported_up_to", "rung", "schema", "severity", "side", "since", "stance", "state", "status",
    "to", "to_rung", "trend", "what", "zone", "due_on", "seat",
})  # fmt: skip
"""What of a paper is a code or an instant: the product checks it, and nobody types it."""
HEADING = Heading("DIG-2026-0001", "ab" * 32, datetime(2026, 3, 1, tzinfo=UTC))
PAYLOADS = (
    '=HYPERLINK("http://evil.example","pay")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1,1)",
    "＝1＋1",  # noqa: RUF001 - the wide signs are the payload
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "[pay](javascript:alert(1)) ![x](http://evil.example/x.png) # | `c`",
    '#import "x.typ" #set page(fill: red) #strong[x] $x^2$ @ref <label> \\ // no',
    '#read("/etc/passwd") #link("http://evil.example")',
)
NAMES = {
    "Nguyễn Thị Hồng Ánh": "Nguyễn Thị Hồng Ánh",
    "张伟": "[U+5F20 CJK UNIFIED IDEOGRAPH-5F20][U+4F1F CJK UNIFIED IDEOGRAPH-4F1F]",
    "Zoë 😀": "Zoë [U+1F600 GRINNING FACE]",
    "a\u202eb": "a[U+202E RIGHT-TO-LEFT OVERRIDE]b",
    "a\x07b": "a[U+0007]b",
    "عمر بن عبد العزيز": "عمر بن عبد العزيز",
}


@pytest.fixture(scope="module")
def document(
    furnished_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Any]]:
    """The document of a digest with something in every section, after some weeks."""
    url = copied_sqlite(furnished_sqlite, tmp_path_factory.mktemp("files") / "files.db")
    with serving(url) as service:
        desk = service.container.desk
        assert service.post("/v1/themes", THEME).status_code == 201
        first, second = tabled_issue(service, themes=["late"]), tabled_issue(service)
        sit(service, meeting_of(first))
        told: dict[str, Any] = {"text": "Ask again.", "reasons": "r", "conditions": "c"}
        actions = [{"text": "Write", "owner": "priya-nair", "due_on": "2026-03-20"}]
        for issue, effect in ((first, "keep"), (second, "resolve")):
            said = {**told, "effect": effect, "actions": actions}
            done(service, meeting_of(first), "decide", issue=issue["id"], **said)
        service.clock.move_to(service.clock.now() + timedelta(days=1))
        kept = tabled_issue(service, severity="critical")
        done(service, meeting_of(kept), "table", issue=kept["id"], sought="Pay", reason="r")
        said = {"summary": "Pay half", "reasons": "Half was ours", "cause": "process"}
        service.act(
            service.found(f"/v1/issues/{kept['id']}"), "propose", seat="provider", outcome=said
        )
        history = lived(desk, service.clock, 3, days=16, acts=8)
        for _ in range(12):
            history.log(severity="critical")
        for _ in range(40):
            history.act()
        asked = Request(forum=BMF, since=MONDAY, marking="OFFICIAL")
        stored = digests.make(desk, asked, CLERK).stored
        yield json.loads(digests.content(desk, stored))


def saying(document: Mapping[str, Any], text: str) -> dict[str, Any]:
    """The document with a text wherever people have a say: in all but codes and instants."""
    assert [n for n, part in document["sections"].items() if not part] == [], "empty sections"
    changed: dict[str, Any] = _saying(document, text, "")
    return changed


def _saying(part: Any, text: str, name: str) -> Any:
    if isinstance(part, dict):
        return {key: _saying(value, text, key) for key, value in part.items()}
    if isinstance(part, list):
        return [_saying(value, text, name) for value in part]
    typed = isinstance(part, str) and name not in CODES and not name.endswith(("_at", "_until"))
    return text if typed else part


def made(document: Mapping[str, Any], kind: str) -> bytes:
    return FORMATS[kind](document, HEADING)


def rows(body: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(body.decode("utf-8-sig"), newline="")))


def squeezed(text: str) -> str:
    """Text without what only sets it on pages."""
    return re.sub(r"[\s\u200b]+", "", text)


def text_of(body: bytes) -> str:
    return squeezed("".join(page.extract_text() for page in PdfReader(BytesIO(body)).pages))


class Text(HTMLParser):
    """What a page shows, and which elements stand in it."""

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self.text, self.tags = "", set[str]()
        self.feed(body.decode())

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert all(name != "onerror" for name, _ in attrs)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_is_text_in_every_format(document: dict[str, Any], payload: str) -> None:
    typed = saying(document, payload)
    table = rows(made(typed, "csv"))
    cells = [cell for row in table for cell in row]
    assert not any(re.match(r"\s*[=+\-@＝＋－＠\t\r\n]", cell) for cell in cells)  # noqa: RUF001 - the wide signs too
    assert guarded(payload) in cells
    book = load_workbook(BytesIO(made(typed, "xlsx")))
    written = [cell for sheet in book for row in sheet for cell in row if cell.value is not None]
    assert {cell.data_type for cell in written} <= {"s", "n"}
    assert all(cell.hyperlink is None for cell in written)
    ours = [cell for cell in written if cell.value == payload]
    assert len(ours) > 5
    assert all(cell.quotePrefix == (guarded(payload) != payload) for cell in ours)
    page = Text(made(typed, "html"))
    assert payload in page.text
    assert not {"script", "img"} & page.tags
    assert escaped(payload) in made(typed, "md").decode()
    paper = made(typed, "pdf")
    assert squeezed(shown(payload)) in text_of(paper)
    for links in (p.get("/Annots", []) for p in PdfReader(BytesIO(paper)).pages):
        assert all("/A" not in each.get_object() for each in links)
    assert b"/JavaScript" not in paper


@pytest.mark.parametrize("name", NAMES)
def test_no_name_stops_a_digest(document: dict[str, Any], name: str) -> None:
    typed = saying(document, name)
    assert shown(name) == NAMES[name]
    for kind in FORMATS:
        assert made(typed, kind)
    if "[" in shown(name) or name.isascii():
        assert squeezed(shown(name)) in text_of(made(typed, "pdf"))


def test_every_character_that_the_font_has_can_be_set(document: dict[str, Any]) -> None:
    assert len(characters()) > 2000
    typed: dict[str, Any] = json.loads(json.dumps(document))
    typed["sections"]["at_rung"][0]["title"] = " ".join(sorted(characters()))
    assert made(typed, "pdf")


@settings(max_examples=8, deadline=None)
@given(text=st.text(min_size=1, max_size=300))
def test_no_text_stops_a_paper(document: dict[str, Any], text: str) -> None:
    assert made(saying(document, text), "pdf")


def test_the_figures_are_the_same_in_every_format(document: dict[str, Any]) -> None:
    now = document["figures"]["now"]
    wanted = {
        "Unresolved": now["total"],
        "Past target": now["past_target"],
        "Critical": now["by_severity"]["critical"],
        "Tabled": now["by_status"]["tabled"],
        "11 to 20": now["by_age"]["11 to 20"],
        "Climbed from it": document["figures"]["movements"]["climbed"],
    }
    in_csv = {row[2]: row[3] for row in rows(made(document, "csv")) if row[0] == "Figures"}
    sheet = load_workbook(BytesIO(made(document, "xlsx")))["Figures"]
    in_xlsx = {row[0]: row[1] for row in sheet.iter_rows(values_only=True)}
    html, text = made(document, "html").decode(), made(document, "md").decode()
    paper = text_of(made(document, "pdf"))
    for name, count in wanted.items():
        assert in_csv[name] == str(count)
        assert in_xlsx[name] == count
        assert re.search(rf'{name}</th>\s*<td class="number">{count}</td>', html)
        assert f"| {name} | {count} |" in text
        assert squeezed(f"{name}{count}") in paper
    for item in document["sections"]["at_rung"]:
        assert all(item["reference"] in where for where in (html, text, paper))


def test_each_format_is_the_same_bytes_whenever_it_is_made(document: dict[str, Any]) -> None:
    for kind in FORMATS:
        later = Heading(HEADING.number, HEADING.content_hash, datetime(2031, 1, 1, tzinfo=UTC))
        assert made(document, kind) == FORMATS[kind](json.loads(json.dumps(document)), later)


def test_a_paper_has_a_cover_contents_and_page_numbers(
    document: dict[str, Any], tmp_path: Path
) -> None:
    body = made({**document, "marking": "OFFICIAL: Sensitive"}, "pdf")
    file = tmp_path / "paper.pdf"
    file.write_bytes(body)
    report = pdfua.validate(str(file))
    assert (report.exit_code, report.findings) == (0, ())
    reader = PdfReader(BytesIO(body))
    assert reader.metadata is not None
    assert "digest DIG-2026-0001" in str(reader.metadata.title)
    pages = [page.extract_text() for page in reader.pages]
    for number, text in enumerate(pages, start=1):
        assert text.count("OFFICIAL: Sensitive") >= 2
        assert f"Page {number} of {len(pages)}" in text
    assert "Contents" in pages[0]
    assert "In brief" in "".join(pages[:2]).partition("Contents")[2].partition("In brief")[2]
    assert [str(each["/Title"]) for each in reader.outline if isinstance(each, dict)][:4] == [
        "In brief",
        "Decisions sought",
        "Figures",
        "Over the last meetings",
    ]
    root: Any = reader.trailer["/Root"]
    assert root["/Lang"] == "en-AU"
    told = root["/Metadata"].get_data()
    assert b"pdfuaid:part" in told
    assert b"pdfaid:part" in told


def test_an_empty_digest_makes_files_too(desk: Desk) -> None:
    stored = digests.make(desk, Request(forum="ceo-board"), CLERK).stored
    said = "No issue stands unresolved at this forum."
    assert squeezed(said) in text_of(digests.rendered(desk, stored, "pdf"))
    assert said in digests.rendered(desk, stored, "csv").decode()
    sheet = load_workbook(BytesIO(digests.rendered(desk, stored, "xlsx")))["Unresolved here"]
    assert said in {cell.value for row in sheet for cell in row}
    assert digests.verify(desk, stored.id).renderings_intact == {
        "csv": True,
        "pdf": True,
        "xlsx": True,
    }


def test_a_marking_is_part_of_what_is_asked(desk: Desk, clock: VirtualClock) -> None:
    now = clock.now()
    asked = {"forum": BMF, "as_at": now, "known_at": now}
    plain, marked, again = (
        digests.make(desk, Request(**asked, marking=marking), CLERK)  # type: ignore[arg-type] # a test's own words
        for marking in (None, "OFFICIAL", "OFFICIAL")
    )
    assert (marked.new, again.new) == (True, False)
    assert marked.stored == again.stored != plain.stored
    assert digests.verify(desk, marked.stored.id).ok
    corrected = corrections.correct(desk, marked.stored, CLERK).stored
    for kind, at_least in (("html", 3), ("md", 1), ("csv", 1)):
        assert digests.rendered(desk, corrected, kind).count(b"OFFICIAL") >= at_least
        assert b"OFFICIAL" not in digests.rendered(desk, plain.stored, kind)
    for wrong in ("", " ", "two\nlines", "x" * 81):
        with pytest.raises(Invalid) as refused:
            digests.make(desk, Request(forum=BMF, marking=wrong), CLERK)
        assert [fault.pointer for fault in refused.value.errors] == ["/marking"]
