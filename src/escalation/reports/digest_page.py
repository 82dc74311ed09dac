"""A digest as a page: the one arrangement that every format of it is made from."""

from escalation.reports.heading import Heading
from escalation.reports.layout import Document, Words, corrected
from escalation.reports.pages import Page
from escalation.reports.sections import sections


def digest_page(document: Document, heading: Heading) -> Page:
    """The page of a digest's document; its last fact is the content hash."""
    title, number = document["forum"]["title"], heading.number
    as_at = Words(document).moment(document["as_at"])
    return Page(
        kind=f"Digest {number}",
        title=title,
        facts=_facts(document, heading),
        sections=sections(document),
        footer=(
            f"{title}, digest {number}, as at {as_at}. What it says is fixed by its content hash."
        ),
        marking=document.get("marking", ""),
    )


def _facts(document: Document, heading: Heading) -> tuple[tuple[str, str], ...]:
    """What stands at the head: names and values."""
    words, meetings = Words(document), document["meetings"]
    coming = meetings["next"]
    when = "none is foreseen" if coming is None else words.moment(coming["starts_at"])
    since = document["since"]
    marking = document.get("marking")
    return (
        *((("Protective marking", marking),) if marking else ()),
        ("Next meeting", when),
        ("As at", words.moment(document["as_at"])),
        ("Known at", words.moment(document["known_at"])),
        ("Since", "the beginning" if since is None else words.moment(since)),
        ("Times are those of", words.offset(document["as_at"])),
        ("Ladder file in force", document["publication"]["label"]),
        *corrected(document),
        ("Number", heading.number),
        ("Content hash (SHA-256)", heading.content_hash),
    )
