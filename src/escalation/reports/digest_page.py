"""A digest as a page: the one arrangement that every format of it is made from."""

from escalation.reports import layout
from escalation.reports.heading import Heading
from escalation.reports.layout import Document
from escalation.reports.pages import Page


def digest_page(document: Document, heading: Heading) -> Page:
    """The page of a digest's document; its last fact is the content hash."""
    title, number = document["forum"]["title"], heading.number
    as_at = layout.Words(document).moment(document["as_at"])
    return Page(
        kind=f"Digest {number}",
        title=title,
        facts=layout.facts(document, number, heading.content_hash),
        sections=layout.sections(document),
        footer=(
            f"{title}, digest {number}, as at {as_at}. What it says is fixed by its content hash."
        ),
        marking=document.get("marking", ""),
    )
