"""What the product is made of: its bill of materials, advisories, the same wheel every time."""

import json
import subprocess
import sys
import tomllib
from hashlib import sha256
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement
from packaging.version import Version

from tests.architecture.sources import ROOT
from tools.advisories import verdict
from tools.sbom import LOCK, PACKAGE, bill_of_materials

FLOORS = {
    "certifi": ("2024.7.4", "CVE-2024-39689"),
    "cryptography": ("44.0.1", "CVE-2024-12797"),
    "h11": ("0.16.0", "CVE-2025-43859"),
    "idna": ("3.7", "CVE-2024-3651"),
    "jinja2": ("3.1.6", "CVE-2025-27516"),
    "mako": ("1.2.2", "CVE-2022-40023"),
    "pygments": ("2.15.0", "CVE-2022-40896"),
    "starlette": ("0.49.1", "CVE-2025-62727"),
}
"""The first version of what serves in which a mistake that became known is mended."""


@pytest.mark.parametrize("name", FLOORS)
def test_nothing_that_serves_is_older_than_what_mended_a_known_mistake(name: str) -> None:
    floor, advisory = FLOORS[name]
    locked = dict(PACKAGE.findall(LOCK.read_text(encoding="utf-8")))
    assert Version(locked[name]) >= Version(floor), advisory
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = {each.name: each for each in map(Requirement, project["dependencies"])}
    if name in asked:  # whoever installs without the lock is kept from older ones as well
        least = [each.version for each in asked[name].specifier if each.operator == ">="]
        assert [Version(each) >= Version(floor) for each in least] == [True], advisory


def test_the_bill_of_materials_names_every_locked_package_with_its_hashes() -> None:
    lock = LOCK.read_text(encoding="utf-8")
    text = bill_of_materials(lock)
    bill = json.loads(text)
    assert bill["bomFormat"] == "CycloneDX"
    assert {(c["name"], c["version"]) for c in bill["components"]} == set(PACKAGE.findall(lock))
    assert all(component["hashes"] for component in bill["components"])
    assert text == bill_of_materials(lock)


def test_nothing_that_serves_parses_forms_with_files() -> None:
    """Frameworks' parsers of multipart bodies have a long line of ways to be kept busy."""
    parsers = {"python-multipart", "multipart", "werkzeug"}
    served = {name for name, _ in PACKAGE.findall(LOCK.read_text(encoding="utf-8"))}
    assert "starlette" in served
    assert served.isdisjoint(parsers)


def test_the_bill_of_materials_is_as_its_schema_wants_it() -> None:
    text = bill_of_materials(LOCK.read_text(encoding="utf-8"))
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None


@pytest.mark.parametrize(
    ("returned", "out", "err", "status", "says"),
    [
        (0, "", "No known vulnerabilities found", 0, "no known vulnerability"),
        (1, "Name Version ID Fix Versions Vulnerability", "Found 1 known vulnerability in 1", 1,
         "Found 1"),
        (1, "", "requests.exceptions.ConnectionError: Max retries exceeded", 0, "NOT CHECKED"),
        (1, "", "", 1, "NOT CHECKED"),
    ],
)  # fmt: skip
def test_an_advisory_check_that_was_not_made_says_so(
    returned: int, out: str, err: str, status: int, says: str
) -> None:
    came, line = verdict(returned, out, err)
    assert (came, says in line) == (status, True)


@pytest.mark.slow
def test_the_same_source_gives_the_same_wheel(tmp_path: Path) -> None:
    hashes = set()
    for name in ("one", "two"):
        build = [
            sys.executable,
            "-m",
            "hatchling",
            "build",
            "-t",
            "wheel",
            "-d",
            str(tmp_path / name),
        ]
        subprocess.run(build, cwd=ROOT, check=True, capture_output=True)  # noqa: S603 - our own build
        [wheel] = (tmp_path / name).glob("*.whl")
        hashes.add(sha256(wheel.read_bytes()).hexdigest())
    assert len(hashes) == 1
