"""What a tool's administrator is told to type and to paste does what the page says."""

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from escalation.services.inbound.source_file import Preset
from tests.builders import CONFIG
from tests.inbound.hooked import Hooked
from tests.inbound.signing import SECRETS

ROOT = CONFIG.parent
PAGES = ROOT / "docs" / "sources"
CURL = f"""#!{sys.executable}
import base64, json, pathlib, sys
options = iter(sys.argv[1:])
sent = {{"headers": {{}}}}
for each in options:
    if each == "-H":
        name, value = next(options).split(":", 1)
        sent["headers"][name.strip()] = value.strip()
    elif each == "-u":
        user = base64.b64encode(next(options).encode()).decode()
        sent["headers"]["Authorization"] = f"Basic {{user}}"
    elif each == "--data-binary":
        sent["file"] = next(options).removeprefix("@")
    elif not each.startswith("-"):
        sent["url"] = each
print(json.dumps(sent))
"""
DATE = """#!{python}
import datetime, sys
now = datetime.datetime.fromisoformat("{now}")
form = sys.argv[-1].removeprefix("+")
print(int(now.timestamp()) if form == "%s" else now.strftime(form))
"""


def block(preset: str, language: str) -> str:
    """The last block of a language on a source's page."""
    page = (PAGES / f"{preset}.md").read_text(encoding="utf-8")
    found: str = re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)[-1]
    return found


def typed(script: str, folder: Path, now: datetime, secret: str) -> dict[str, Any]:
    """What a script of a page would send with curl at an instant."""
    for name, text in (
        ("curl", CURL),
        ("date", DATE.format(python=sys.executable, now=now.isoformat())),
    ):
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o700)
    given = {"PATH": f"{folder}:{os.environ['PATH']}", "SECRET": secret, "ESCALATION": ""}  # noqa: TID251 - the test's own programs come first
    told = subprocess.run(  # noqa: S603 - the pages of the documentation
        ["/bin/sh", "-euc", script], cwd=ROOT, env=given, capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(told.stdout)
    return found


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not there")
def test_what_the_pages_say_to_type_raises_an_issue(hooked: Hooked, tmp_path: Path) -> None:
    for preset in Preset:
        folder = tmp_path / preset
        folder.mkdir()
        now = hooked.service.clock.now()
        sent = typed(block(preset, "sh"), folder, now, SECRETS[preset])
        headers = {name.replace("-", "_"): value for name, value in sent["headers"].items()}
        raw = (ROOT / sent["file"]).read_bytes()
        answer = hooked.service.post(sent["url"], raw=raw, key=None, **headers)
        assert answer.status_code == 202, (preset, answer.text)
        first = answer.json().get("data", [answer.json()])[0]
        assert hooked.kept(first["id"])["state"] == "done", preset
        assert hooked.issue(hooked.kept(first["id"]))["status"] != "resolved"
        again = hooked.service.post(sent["url"], raw=raw, key=None, **headers)
        assert again.json() == answer.json(), preset


GLIDE = """
const crypto = require("crypto");
const {script, record, properties, now} = JSON.parse(require("fs").readFileSync(0, "utf8"));
const sent = {headers: {}};
const text = (name) => record[name] === undefined ? null : String(record[name]);
const current = new Proxy({
  getValue: text,
  getUniqueValue: () => record.sys_id,
  getDisplayValue: (name) => record[name + "_display"] || "",
  getLink: () => "incident.do?sys_id=" + record.sys_id + "&sysparm_stack=incident_list.do",
}, {get: (own, name) => own[name] || {
  getJournalEntry: () => record[name] || "", ...(record[name + "_record"] || {})}});
const gs = {getProperty: (name) => properties[name]};
const GlideStringUtil = {base64Encode: (plain) => Buffer.from(plain, "utf8").toString("base64")};
class GlideDateTime { getNumericValue() { return now; } }
class GlideCertificateEncryption {
  generateMac(key, algorithm, data) {
    if (algorithm !== "HmacSHA256") throw new Error(algorithm);
    const mac = crypto.createHmac("sha256", Buffer.from(key, "base64"));
    return mac.update(data, "utf8").digest("base64");
  }
}
class RESTMessageV2 {
  setEndpoint(url) { sent.url = url; }
  setHttpMethod(method) { sent.method = method; }
  setRequestHeader(name, value) { sent.headers[name] = value; }
  setRequestBody(body) { sent.body = body; }
  executeAsync() { console.log(JSON.stringify(sent)); }
}
new Function("current", "previous", "gs", "GlideStringUtil", "GlideDateTime",
  "GlideCertificateEncryption", "sn_ws", script)(current, undefined, gs, GlideStringUtil,
  GlideDateTime, GlideCertificateEncryption, {RESTMessageV2});
"""
"""What the business rule uses of ServiceNow: a record's fields, properties, MACs of base64 keys."""
RECORD = {
    "sys_id": "9d385017c611228701d22104cc95c371",
    "number": "INC0010023",
    "sys_class_name": "incident",
    "sys_mod_count": "0",
    "sys_updated_on": "2026-03-01 22:15:00",
    "sys_updated_by": "ana.okafor",
    "opened_at": "2026-03-01 22:10:00",
    "short_description": "Gehaltsabrechnung für Zoë 💶 fehlt",
    "description": 'Zeile "eins"\nZeile zwei',
    "category": "finance",
    "company": "81fca4cbac1d55eb355b4b6db0e3c80f",
    "impact": "1",
    "urgency": "2",
    "state": "1",
    "contact_type": "phone",
    "caller_id": "681ccaf9c0a8016400b98a06818d57c7",
    "caller_id_display": "Ana Okafor",
    "caller_id_record": {"email": "ana.okafor@rivers.example"},
}


@pytest.fixture(scope="module")
def node() -> str:
    """Where Node.js is."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("node is not there")
    return found


def ruled(node: str, record: dict[str, Any], now: datetime) -> dict[str, Any]:
    """What the business rule of the page sends of a record."""
    given = {
        "script": block("servicenow", "javascript"),
        "record": record,
        "now": int(now.timestamp() * 1_000),
        "properties": {
            "escalation.hook.secret": SECRETS["servicenow"],
            "escalation.hook.url": "/v1/hooks/servicenow",
            "glide.servlet.uri": "https://rivers.example/",
        },
    }
    told = subprocess.run(  # noqa: S603 - node itself
        [node, "-e", GLIDE], input=json.dumps(given), capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(told.stdout)
    return found


def test_the_business_rule_raises_an_issue_and_keeps_it_in_step(hooked: Hooked, node: str) -> None:
    now = hooked.service.clock.now()
    later = {
        **RECORD,
        "sys_mod_count": "1",
        "state": "2",
        "comments": "2026-03-02 08:20:00 - Ben Hale (Additional comments)\nWir prüfen das.\n\n",
        "work_notes": "2026-03-02 08:21:00 - Ben Hale (Work notes)\nLauf 7 prüfen.\n\n",
    }
    kept: dict[str, Any] = {}
    for record in (RECORD, later):
        sent = ruled(node, record, now)
        assert sent["method"] == "post"
        assert sent["body"].isascii()
        headers = {name.replace("-", "_"): value for name, value in sent["headers"].items()}
        raw = sent["body"].encode()
        answer = hooked.service.post(sent["url"], raw=raw, key=None, **headers)
        assert answer.status_code == 202, answer.text
        kept = hooked.kept(answer.json()["id"])
        assert kept["state"] == "done", kept
    issue = hooked.issue(kept)
    assert issue["title"] == RECORD["short_description"]
    assert issue["description"] == RECORD["description"]
    assert (issue["status"], issue["channel"], issue["impact"]) == ("in_progress", "phone", "high")
    assert issue["raiser"]["email"] == "ana.okafor@rivers.example"
    assert issue["external_refs"][0]["url"].startswith("https://rivers.example/incident.do?sys_id=")
    said = {each["type"]: each for each in hooked.timeline(issue)}
    assert "Wir prüfen das." in str(said["issue.informed"])
    assert said["issue.noted"]["visibility"] == "provider"


def test_a_body_that_was_changed_on_its_way_is_refused(hooked: Hooked, node: str) -> None:
    sent = ruled(node, RECORD, hooked.service.clock.now())
    headers = {name.replace("-", "_"): value for name, value in sent["headers"].items()}
    raw = sent["body"].replace("INC0010023", "INC0010024").encode()
    answer = hooked.service.post(sent["url"], raw=raw, key=None, **headers)
    assert answer.status_code == 401
