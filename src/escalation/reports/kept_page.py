"""The page of any document that is kept: a forum's digest, or a scorecard."""

from escalation.reports.digest_page import digest_page
from escalation.reports.heading import Heading
from escalation.reports.layout import Document
from escalation.reports.pages import Page
from escalation.reports.scorecard_page import scorecard_page

_PAGES = {"digest": digest_page, "scorecard": scorecard_page}


def kept_page(document: Document, heading: Heading) -> Page:
    """The page by the document's schema."""
    return _PAGES[document["schema"].partition("/")[0]](document, heading)
