"""Why an address shows nothing, as a page for whoever came to it with a browser."""

from escalation.reports import as_html

NOTHING = "There is nothing here"


def page(title: str, detail: str) -> bytes:
    """The page, in UTF-8; ``detail`` is the sentence that says why."""
    template = as_html.templates.get_template("survey.html")
    given = {"title": title, "lines": [detail], "questions": [], "errors": []}
    return template.render(given).encode()
