"""Write the software bill of materials: what the product is installed with, from its lock file.

    python tools/sbom.py [FILE]

CycloneDX 1.6 as JSON, with the hashes of every file that may be installed. The same lock file gives
the same bytes: there is no instant in it, and its serial number follows from the lock's.
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid5

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
PACKAGE = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
NAMESPACE = UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")  # RFC 9562, 6.6: URLs


def main(arguments: list[str]) -> int:
    """Write it to the file that is named, or to standard output."""
    text = bill_of_materials(LOCK.read_text(encoding="utf-8"))
    if arguments:
        Path(arguments[0]).write_text(text, encoding="utf-8")
    else:
        print(text, end="")
    return 0


def bill_of_materials(lock: str) -> str:
    """The bill of what a lock file names."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    product = Component(
        name=project["name"], version=project["version"], type=ComponentType.APPLICATION,
        bom_ref=project["name"],
    )  # fmt: skip
    bom = Bom(components=packages(lock), serial_number=uuid5(NAMESPACE, lock))
    bom.metadata.component = product
    bom.register_dependency(product, bom.components)
    told = json.loads(JsonV1Dot6(bom).output_as_string())
    del told["metadata"]["timestamp"]
    return json.dumps(told, indent=1, sort_keys=True) + "\n"


def packages(lock: str) -> Iterator[Component]:
    """Each locked package with its hashes."""
    starts = list(PACKAGE.finditer(lock))
    ends = [found.start() for found in starts[1:]] + [len(lock)]
    for found, end in zip(starts, ends, strict=True):
        name, version = found.groups()
        url = PackageURL("pypi", None, name, version)
        hashes = HASH.findall(lock, found.end(), end)
        yield Component(
            name=name, version=version, type=ComponentType.LIBRARY, purl=url, bom_ref=str(url),
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=each) for each in hashes],
        )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
