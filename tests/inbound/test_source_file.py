"""The source file is read as strictly as the ladder file, and says where it is wrong."""

import json
from pathlib import Path
from typing import Any

import pytest

from escalation.errors import Broken, Invalid
from escalation.services.inbound import inbox, source_file
from escalation.services.inbound.book import SourceBook, secrets_in
from escalation.services.inbound.expressions import NoAnswer, answer_of, read_expression
from escalation.services.inbound.receiving import Known
from tests.builders import CONFIG
from tests.inbound.hooked import SAMPLES

OWN = """\
sources:
  desk:
    secrets: [desk]
    verify: [{hmac: {header: X-Sig}}]
    about: body.id
    rules:
      - name: all
        do: [{log: {title: body.title, agency: {otherwise: rivers}}}]
"""


def mistakes(text: str) -> list[str]:
    with pytest.raises(Invalid) as caught:
        source_file.read(text)
    return [f"{fault.file}: {fault.detail}" for fault in caught.value.errors]


@pytest.mark.parametrize(
    ("old", "new", "place", "told"),
    [
        ("secrets:", "secret:", "3:5", "the nearest is `secrets`"),
        ("X-Sig", "X Sig", "4:30", "found `X Sig`"),
        ("body.id", "body.[", "5:12", "expected a JMESPath expression"),
        ("body.id", "'!body.id'", "5:12", "expected `!(a.b)`"),
        ("body.id", "boddy.id", "5:12", "the nearest is `body`"),
        ("title: body.title", "title: Payroll", "8:", "written `{otherwise: ...}`"),
        ("body.id", "'[body.id, it.a | [?b == c], n][0]'", "5:12", "found `n`"),
        ("body.id", "to_strin(body.id)", "5:12", "the nearest is `to_string`"),
        ("log:", "lag:", "8:15", "the nearest is `log`"),
        ("otherwise: rivers", "otherwise: [1]", "8:", "found a list"),
        ("{log:", "{when: body, note: {text: body.x}, log:", "8:", "expected one act"),
        ("do: [", "ignore: never\n        do: [", "7:", "either `do` or `ignore`"),
        (
            "{hmac: {header: X-Sig}}",
            "{hmac: {header: X-Sig}, none: anyone_may_post}",
            "4:",
            "one of",
        ),
        ("{header: X-Sig}", "{header: X-Sig, signed: '{timestamp}'}", "4:45", "expected `{body}`"),
        ("{header: X-Sig}", "{header: X-Sig, signed: '{id}.{body}'}", "4:", "expected `id`"),
        ("{header: X-Sig}", "{header: X-Sig, tolerance: 1 business day}", "4:", "not of business"),
        ("    about: body.id\n", "", "2:3", "found no `about`"),
        ("    secrets: [desk]\n", "", "2:3", "found no `secrets`"),
        (
            "- name: all",
            "- name: all\n        ignore: x\n      - name: all",
            "9:",
            "each name once",
        ),
        ("{hmac: {header: X-Sig}}", "{hmac: {header: X}}, {none: anyone_may_post}", "4:", "alone"),
        ("desk:", "Desk:", "2:3", "found `Desk`"),
        ("about: body.id", "about: {values: {a: b}}", "5:12", "expected `from`"),
    ],
)
def test_a_mistake_is_told_with_its_place(old: str, new: str, place: str, told: str) -> None:
    assert old in OWN
    found = mistakes(OWN.replace(old, new, 1))
    assert any(f"webhook_sources.yaml:{place}" in each and told in each for each in found), found


def test_a_source_has_of_its_preset_what_it_does_not_say_itself() -> None:
    text = (
        "sources:\n  jira:\n    preset: jira\n    secrets: [a]\n    title: Our Jira\n"
        "    issue: {agency: {otherwise: rivers}}\n    zone: Australia/Brisbane\n"
    )
    source, preset = source_file.read(text)["jira"], source_file.preset(source_file.Preset.JIRA)
    assert source.title == "Our Jira"
    assert source.rules == preset.rules
    assert source.verify == preset.verify
    assert source.zone == "Australia/Brisbane"
    assert source.issue.agency is not None


def test_a_severity_of_ones_own_holds_when_it_is_logged_and_when_it_changes() -> None:
    own = b"{from: it.fields.priority.name, values: {Blazing: critical}, otherwise: low}"
    text = b"sources: {jira: {preset: jira, secrets: [s], issue: {severity: " + own + b"}}}"
    known = Known("jira", source_file.read(text)["jira"])
    body = json.loads((SAMPLES / "jira" / "created.json").read_bytes())
    body["issue"]["fields"]["priority"]["name"] = "Blazing"
    [reading] = inbox.preview(known, body, {}, b"{}")
    severities = {act["given"]["severity"] for act in reading["acts"] if "severity" in act["given"]}
    assert severities == {"critical"}


def mapped(source: str, **said: object) -> dict[str, Any]:
    """What a body of the preset `zendesk` would come to under this `issue`, and these lines."""
    text = f"sources:\n  zendesk:\n    preset: zendesk\n    secrets: [a]\n{source}"
    known = Known("zendesk", source_file.read(text)["zendesk"])
    body = json.loads((SAMPLES / "zendesk" / "created.json").read_bytes())
    body["detail"] |= said
    [reading] = inbox.preview(known, body, {}, b"{}")
    return reading


def test_a_word_that_is_not_known_is_told_at_its_place_in_ones_own_file() -> None:
    own = "    issue: {agency: {from: it.organization_id, values: {'7': rivers}}}\n"
    reading = mapped(own, organization_id="8")
    [fault] = reading["faults"]
    assert fault["where"] == "issue.agency"
    assert "found `8`, expected `7`" in fault["detail"]
    assert "`values` there, or an `otherwise`" in fault["detail"]
    assert reading["state"] == "unmapped"
    assert "issue.agency: found `8`" in reading["reason"]
    assert "issue.agency" in [each["where"] for each in reading["expressions"]]


def test_a_preview_says_where_nothing_would_be_done() -> None:
    own = "    issue: {agency: {otherwise: rivers}}\n"
    assert mapped(own)["state"] is None
    assert mapped(own + '    ours: ["8447388090495"]\n')["state"] == "echo"
    nowhere = mapped("    issue: {agency: it.organization_id}\n")
    assert nowhere["state"] == "unmapped"
    assert "`issue.agency`" in nowhere["reason"]


def test_the_shipped_file_names_every_preset() -> None:
    shipped = source_file.read((CONFIG / source_file.NAME).read_bytes())
    assert {source.preset for source in shipped.values()} == set(source_file.Preset)


@pytest.mark.parametrize(
    ("text", "told"),
    [("a" * 1_001, "at most 1000 characters"), ("[" * 22 + "a" + "]" * 22, "at most 20 deep")],
)
def test_an_expression_is_bounded(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        read_expression(text)


def test_an_expression_that_cannot_be_asked_says_so() -> None:
    with pytest.raises(NoAnswer, match="cannot be asked of this body"):
        answer_of("starts_with(body, 'x')", {"body": 7})


def test_secrets_stand_by_name_and_several_while_one_is_changed() -> None:
    found = secrets_in("jira=new\njira=old github=a=b\n broken =x y=")
    assert found == {"jira": ("new", "old"), "github": ("a=b",)}
    assert secrets_in(None) == {}


def test_no_file_is_no_source_and_one_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    book = SourceBook(tmp_path / "none.yaml", {})
    assert book.sources() == {}
    book.check()
    (tmp_path / "none.yaml").mkdir()
    with pytest.raises(Broken, match="cannot be read"):
        book.check()
