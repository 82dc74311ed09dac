"""A digest as one HTML page: no script, nothing from elsewhere, good on paper and read aloud."""

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from escalation.reports import layout
from escalation.reports.heading import Heading

_templates = Environment(
    loader=PackageLoader("escalation.reports"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def digest(document: Mapping[str, Any], heading: Heading) -> bytes:
    """The whole page, in UTF-8."""
    page = _templates.get_template("digest.html").render(
        forum=document["forum"],
        as_at=layout.Words(document).moment(document["as_at"]),
        number=heading.number,
        facts=layout.facts(document, heading.number, heading.content_hash),
        sections=layout.sections(document),
    )
    return page.encode()


def content_policy(page: bytes) -> str:
    """The content security policy under which a page shows: its own style sheet, and no more."""
    style = page.partition(b"<style>")[2].partition(b"</style>")[0]
    digest_of = b64encode(sha256(style).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest_of}'; frame-ancestors 'none'"
