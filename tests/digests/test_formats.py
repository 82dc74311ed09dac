"""HTML and Markdown: what people typed stays text, empty sections say so, no script anywhere."""

import json
import re
from html.parser import HTMLParser
from typing import Any

from escalation.clock import VirtualClock
from escalation.reports.as_html import content_policy
from escalation.reports.as_markdown import escaped
from escalation.services import digests
from escalation.services.asked_digests import Request
from escalation.services.desk import Desk
from tests.builders import CLERK
from tests.digests.history import lived

NASTY = '<script>alert(1)</script> | *b* `c` [d](http://e) www.f.gov\n# g & "h"'


class Page(HTMLParser):
    """The elements of a page that must pair up, and those that stand there."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in {"meta", "link"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def made(desk: Desk, clock: VirtualClock) -> tuple[Any, bytes, str]:
    history = lived(desk, clock, 3, days=12, acts=6)
    for _ in range(4):
        history.log(title=NASTY)
    for _ in range(60):
        history.act()
    stored = digests.make(desk, Request(forum="bmf-southern-cross"), CLERK).stored
    page, text = (digests.rendered(desk, stored, kind) for kind in ("html", "md"))
    return json.loads(digests.content(desk, stored)), page, text.decode()


def test_a_page_is_whole_accessible_and_without_scripts(desk: Desk, clock: VirtualClock) -> None:
    document, body, text = made(desk, clock)
    page = Page()
    page.feed(body.decode())
    assert page.open == []
    tags = [tag for tag, _ in page.seen]
    assert not {"script", "img", "link", "iframe"} & set(tags)
    charts = [attributes for tag, attributes in page.seen if tag == "svg"]
    assert len(charts) > 3
    assert all(each["role"] == "img" and each["aria-label"] for each in charts)
    assert not any(name.startswith("on") or name == "style" for _, a in page.seen for name in a)
    assert ("html", {"lang": "en-AU"}) in page.seen
    assert tags.count("h1") == 1
    sections = len(document["sections"]) + len({"brief", "sought", "figures", "trend"})
    assert tags.count("h2") == sections
    assert tags.count("h3") == len(document["sections"]["papers"]) > 0
    assert tags.count("caption") == tags.count("table") > 6
    assert all(attributes.get("scope") for tag, attributes in page.seen if tag == "th")
    assert "Australia/Brisbane (UTC+10:00)" in body.decode()
    assert "sha256-" in content_policy(body)
    items = document["sections"]["at_rung"]
    assert all(item["reference"] in body.decode() and item["reference"] in text for item in items)


def test_an_empty_digest_says_so_in_words(desk: Desk) -> None:
    stored = digests.make(desk, Request(forum="ceo-board"), CLERK).stored
    for kind in ("html", "md"):
        text = digests.rendered(desk, stored, kind).decode()
        for words in (
            "No issue stands unresolved at this forum.",
            "No issue below would come to this forum by then.",
            "No issue elsewhere is reported up or high-level.",
            "No issue came to this forum.",
        ):
            assert words in text


def test_what_people_typed_means_nothing_to_markdown() -> None:
    text = escaped(NASTY)
    assert "\n" not in text
    assert not re.search(r"(?<!\\)[<>|*`\[\]#&]", text)
    assert "http:\\//e" in text
    assert "www\\.f" in text
    assert escaped("10:00, paid on 1 May") == "10:00, paid on 1 May"


def test_every_row_of_a_markdown_table_has_all_its_cells(desk: Desk, clock: VirtualClock) -> None:
    _, _, text = made(desk, clock)
    width = 0
    for line in text.splitlines():
        cells = len(re.findall(r"(?<!\\)\|", line))
        if not line.startswith("|"):
            width = 0
            continue
        assert width in {0, cells}, line
        width = cells
