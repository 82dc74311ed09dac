"""The customer service charter as a page: for anyone, without a script."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from escalation.reports import as_html

PATH = "/charter"
"""Where the page of the version in force stands; those of others under it, by their codes."""


def page(charter: Mapping[str, Any]) -> bytes:
    """The page of a version, in UTF-8."""
    template = as_html.templates.get_template("charter.html")
    given = {
        "charter": charter,
        "effective": _day(charter["effective"]),
        "until": None if charter["until"] is None else _day(charter["until"]),
        "review": None if charter["review_date"] is None else _day(charter["review_date"]),
        "about": _paragraphs(charter["about"]),
        "complaints": _paragraphs(charter["complaints"]),
        "consulted": [{**each, "on": _day(each["on"])} for each in charter["consulted"]],
        "others": [
            {**each, "path": f"{PATH}/{each['id']}", "effective": _day(each["effective"])}
            for each in charter["versions"]
            if each["id"] != charter["id"]
        ],
    }
    return template.render(given).encode()


def _day(text: str) -> str:
    return f"{date.fromisoformat(text):%-d %B %Y}"


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in text.split("\n\n") if part.strip()]
