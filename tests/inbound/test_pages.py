"""Each preset has a page that tells a tool's administrator what to do, and it stays true."""

import json
import re

import pytest

from escalation.delivery.formats.options import format_of
from escalation.services import forms
from escalation.services.inbound import inbox, source_file
from escalation.services.inbound.receiving import Known
from escalation.services.inbound.source_file import Preset
from tests.builders import CONFIG

DOCS = CONFIG.parent / "docs"


@pytest.mark.parametrize("preset", list(Preset))
def test_every_preset_has_its_page(preset: Preset) -> None:
    page = (DOCS / "sources" / f"{preset}.md").read_text(encoding="utf-8")
    assert f"/v1/hooks/{preset}" in page
    said = page.lower()
    for check in source_file.preset(preset).verify:
        if check.hmac is not None:
            assert check.hmac.header in said
        if check.bearer is not None and check.bearer.header != "authorization":
            assert check.bearer.header in said
    assert f"(sources/{preset}.md)" in (DOCS / "webhooks-in.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("preset", list(Preset))
def test_the_sources_that_pages_show_are_taken(preset: Preset) -> None:
    page = (DOCS / "sources" / f"{preset}.md").read_text(encoding="utf-8")
    for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL):
        assert source_file.read(f"sources:\n{block}")[preset].preset is preset


@pytest.mark.parametrize("preset", list(Preset))
def test_the_source_that_a_page_shows_takes_the_sample_that_it_says_to_post(preset: Preset) -> None:
    page = (DOCS / "sources" / f"{preset}.md").read_text(encoding="utf-8")
    shown = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    plain = f"  {preset}: {{preset: {preset}, secrets: [a]}}"  # no more is needed
    source = source_file.read(f"sources:\n{shown[0] if shown else plain}")[preset]
    sample = re.findall(rf"samples/webhooks/{preset}/[a-z-]+\.json", page)[0]
    raw = (DOCS.parent / sample).read_bytes()
    kind = dict(re.findall(r"(content-type): ([a-z/+]+)", page)[:1])
    for reading in inbox.preview(Known(preset, source), json.loads(raw), kind, raw):
        assert reading["state"] is None, reading["reason"]


@pytest.mark.parametrize(("preset", "path"), [("github", "17"), ("pagerduty", "PGR0VU2")])
def test_what_a_page_shows_to_write_back_by_is_taken_and_names_the_ticket(
    preset: str, path: str
) -> None:
    page = (DOCS / "sources" / f"{preset}.md").read_text(encoding="utf-8")
    [shown] = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    format_ = format_of(json.loads(shown))
    assert forms.checked(format_, ()) is not None
    about = re.findall(r"`(about: it\.[a-z]+)`", page)
    [block] = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    own = "".join(f"    {line}\n" for line in about)
    source = source_file.read(f"sources:\n{block}{own}")[preset]
    sample = re.findall(rf"samples/webhooks/{preset}/[a-z-]+\.json", page)[0]
    raw = (DOCS.parent / sample).read_bytes()
    [reading] = inbox.preview(Known(preset, source), json.loads(raw), {}, raw)
    assert reading["about"] == path
    [tried, *_] = forms.preview(format_, ("issue.escalated",))
    assert "SAMPLE-1" in tried.requests[0].path


def test_the_rule_for_servicenow_sends_what_the_preset_reads() -> None:
    page = (DOCS / "sources" / "servicenow.md").read_text(encoding="utf-8")
    [script] = re.findall(r"```javascript\n(.*?)```", page, re.DOTALL)
    sent = set(re.findall(r"^ {8}([a-z_]+):", script, re.MULTILINE))
    rules = str(source_file.preset(Preset.SERVICENOW).model_dump())
    read = {name for name in re.findall(r"\bit\.([a-z_]+)", rules) if name != "result"}
    assert read - sent == set()
