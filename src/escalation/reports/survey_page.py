"""A survey as a page without a script: it works with a keyboard, read aloud, and on a telephone."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from escalation.reports import as_html, refusal_page

PREFIX = "q-"
"""How the names of a form's fields begin that are questions."""
QUOTE = "quote"
_YES_NO = (("yes", "Yes"), ("no", "No"))
_QUOTES = {
    "no": "No",
    "anonymous": "Yes, without my name",
    "named": "Yes, with my name",
}
_ASKS = "May we quote what you said?"
_ENDED = (
    "This survey has ended. Thank you for coming by; if there is more to say, please contact us."
)
_NAMELESS = "What you answer is kept without your name."
Form = Mapping[str, Any]
Wrong = Mapping[str, str]


def page(form: Form, given: Mapping[str, str] | None = None, wrong: Wrong | None = None) -> bytes:
    """The page of a form, in UTF-8: its questions, or why there are none.

    Args:
        form: the survey as whoever was asked finds it.
        given: what was sent, by the names of the fields, to be put right.
        wrong: what is wrong with it, by the names of the fields.
    """
    questions = list(_questions(form, given or {}, wrong or {}))
    errors = [
        {"target": question["first"], "text": f"{question['text']} {question['wrong']}"}
        for question in questions
        if question["wrong"]
    ]
    left = [text for name, text in (wrong or {}).items() if name == ""]
    errors += [{"target": questions[0]["first"], "text": text} for text in left if questions]
    return _rendered(form["title"] or "Survey", _lines(form), questions, errors)


def absent(detail: str) -> bytes:
    """The page of a link that leads nowhere: the same for each of them."""
    return refusal_page.page(refusal_page.NOTHING, detail)


def content_policy(body: bytes) -> str:
    """The policy under which the page shows: its own style, and a form that comes back here."""
    return as_html.content_policy(body, form="'self'")


def _rendered(
    title: str, lines: Sequence[str], questions: Sequence[Any], errors: Sequence[Any]
) -> bytes:
    template = as_html.templates.get_template("survey.html")
    given = {"title": title, "lines": lines, "questions": questions, "errors": errors}
    return template.render(given).encode()


def _lines(form: Form) -> list[str]:
    match form["state"]:
        case "answered":
            return [form["thanks"] or "Thank you.", "Your answers have been recorded."]
        case "ended":
            return [_ENDED]
        case _:
            issue = form["issue"]
            return [form["about"], _NAMELESS if issue is None else f"It is about {issue}."]


def _questions(form: Form, given: Mapping[str, str], wrong: Wrong) -> Iterator[dict[str, Any]]:
    steps = [(str(step["value"]), step["title"]) for step in form["steps"]]
    of_kind = {"rating": steps, "yes_no": _YES_NO, "words": ()}
    for question in form["questions"]:
        name = f"{PREFIX}{question['id']}"
        yield _question(question, name, of_kind[question["kind"]], given, wrong)
    if len(form["quotes"]) > 1:
        choices = [(each, _QUOTES[each]) for each in form["quotes"]]
        asks = {"text": _ASKS, "required": False, "hint": None, "standard": None}
        yield _question(asks, QUOTE, choices, {QUOTE: "no", **given}, wrong)


def _question(
    question: Mapping[str, Any],
    name: str,
    choices: Sequence[tuple[str, str]],
    given: Mapping[str, str],
    wrong: Wrong,
) -> dict[str, Any]:
    notes = list(_notes(question, name, wrong.get(name)))
    shown = [
        {
            "target": f"{name}-{value}",
            "value": value,
            "title": title,
            "checked": given.get(name) == value,
        }
        for value, title in choices
    ]
    return {
        "name": name,
        "target": name,
        "first": shown[0]["target"] if shown else name,
        "text": question["text"],
        "required": question["required"],
        "choices": shown,
        "value": given.get(name, ""),
        "wrong": wrong.get(name),
        "notes": notes,
        "described": " ".join(note["target"] for note in notes),
    }


def _notes(question: Mapping[str, Any], name: str, wrong: str | None) -> Iterator[dict[str, str]]:
    if question["hint"]:
        yield {"kind": "hint", "target": f"{name}-hint", "text": question["hint"]}
    if question["standard"]:
        standard = question["standard"]
        text = f"Our charter, {standard['title']}: {standard['statement']}"
        yield {"kind": "standard", "target": f"{name}-standard", "text": text}
    if wrong:
        yield {"kind": "wrong", "target": f"{name}-wrong", "text": wrong}
