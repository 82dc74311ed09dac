"""A directory as a file that reads back to the same content."""

from collections.abc import Mapping
from io import SEEK_END, StringIO
from typing import Any

from ruamel.yaml import YAML

_HEAD = """\
# A directory as it was in force: `escalation directory apply FILE` puts it in force again.
"""


def file_of(document: Mapping[str, Any]) -> str:
    """The text of a directory file; entries by code, one a line."""
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = None
    yaml.allow_unicode = True
    yaml.width = 1_000_000
    text = StringIO(_HEAD)
    text.seek(0, SEEK_END)
    yaml.dump(dict(document), text)
    return text.getvalue()
