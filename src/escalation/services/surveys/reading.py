"""The surveys of the survey file, as callers see them."""

from datetime import datetime
from typing import Any

from escalation.routing.directory import Directory
from escalation.routing.surveys import Question, Survey
from escalation.services.surveys.book import SurveyBook
from escalation.services.views import told


def every(book: SurveyBook, directory: Directory | None, now: datetime) -> list[dict[str, Any]]:
    """Each survey with its questions, the charter's standards they ask after, and when it is."""
    file = book.surveys()
    if file is None:
        return []
    return [
        _view(name, survey, directory, _comes(survey, file.zone, now))
        for name, survey in file.surveys.items()
    ]


def _comes(survey: Survey, zone: str, now: datetime) -> dict[str, Any] | None:
    if survey.periodic is None:
        return None
    ahead = survey.periodic.recurrence(zone).first_after(now)
    return {"rule": survey.periodic.rule, "zone": zone, "next_at": told(ahead)}


def _view(
    name: str, survey: Survey, directory: Directory | None, comes: dict[str, Any] | None
) -> dict[str, Any]:
    return {
        "id": name,
        "title": survey.title,
        "after": None if survey.after is None else survey.after.value,
        "periodic": comes,
        "measure": survey.measure.id,
        "questions": [question_view(each, directory) for each in survey.questions],
    }


def question_view(question: Question, directory: Directory | None) -> dict[str, Any]:
    """A question, with the charter's standard that it asks after, if the directory has it."""
    standards = {} if directory is None else directory.file.service_standards
    standard = standards.get(question.standard or "")
    told = None
    if standard is not None:
        told = {"title": standard.title, "statement": standard.statement}
    return {
        "id": question.id,
        "text": question.text,
        "kind": question.kind.value,
        "required": question.required,
        "hint": question.hint,
        "standard": told,
    }


def standards(book: SurveyBook, directory: Directory | None) -> list[dict[str, str | None]]:
    """The charter's standards that surveys ask after, by their codes, and in which questions."""
    file = book.surveys()
    known = {} if directory is None else directory.file.service_standards
    asked = [
        (question.standard, f"{name}/{question.id}")
        for name, survey in ({} if file is None else file.surveys).items()
        for question in survey.questions
        if question.standard in known
    ]
    return [
        {
            "id": code,
            "title": known[code].title,
            "statement": known[code].statement,
            "clause": known[code].clause,
            "asked_in": ", ".join(place for standard, place in asked if standard == code),
        }
        for code in sorted({standard for standard, _ in asked})
    ]
