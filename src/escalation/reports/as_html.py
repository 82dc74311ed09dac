"""A document as one HTML page: no script, nothing from elsewhere, good on paper and read aloud."""

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from escalation.reports import charts
from escalation.reports.heading import Heading
from escalation.reports.kept_page import kept_page
from escalation.reports.pages import Page

templates = Environment(
    loader=PackageLoader("escalation.reports"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def digest(document: Mapping[str, Any], heading: Heading) -> bytes:
    """A digest's page, in UTF-8."""
    laid_out = kept_page(document, heading)
    return _rendered(laid_out, laid_out.name, hashed=True)


def page(laid_out: Page) -> bytes:
    """Any page, in UTF-8."""
    return _rendered(laid_out, f"{laid_out.title}: {laid_out.kind.lower()}", hashed=False)


def _rendered(laid_out: Page, name: str, *, hashed: bool) -> bytes:
    """The page; where it is ``hashed`` its last fact is a hash."""
    template = templates.get_template("page.html")
    return template.render(page=laid_out, name=name, hashed=hashed, drawn=charts.svg).encode()


def content_policy(body: bytes, *, form: str = "'none'") -> str:
    """The content security policy under which a page shows: its own style sheet, and no more.

    ``form`` is where a form of its may be sent to.
    """
    style = body.partition(b"<style>")[2].partition(b"</style>")[0]
    digest_of = b64encode(sha256(style).digest()).decode()
    own = f"default-src 'none'; style-src 'sha256-{digest_of}'"
    return f"{own}; base-uri 'none'; form-action {form}; frame-ancestors 'none'"
