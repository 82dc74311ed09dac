"""Whoever was asked comes by their link: to a page without a script, or to its JSON twin."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import Path, Response

from escalation.api import asking, headers, paging
from escalation.api.deps import Ask, Asked
from escalation.api.operations import JSON, PROBLEM, Operation
from escalation.api.schemas.surveys import AnswerSurvey, SurveyForm
from escalation.errors import Forbidden, Invalid, Malformed, NotFound, Refused
from escalation.reports import survey_page
from escalation.services.surveys.answering import Asker

HTML = "text/html"
_FORM = "application/x-www-form-urlencoded"
_FIELDS = 100
_OK, _CREATED, _ABSENT, _CONFLICT, _WRONG = 200, 201, 404, 409, 422
_REFUSALS = (400, 404, 429, 500, 503)
_ANSWERED = (*_REFUSALS, 408, 409, 413, 415, 422)
Token = Annotated[str, Path(description="What the link ends with.")]


def get_survey_page(asked: Ask, token: Token) -> Response:
    """The survey as a page, for whoever has its link."""
    try:
        form = _asker(asked).form(token).view()
    except NotFound as refused:
        return _page(survey_page.absent(refused.detail), _ABSENT)
    return _page(survey_page.page(form), _OK)


def answer_survey_page(asked: Ask, token: Token) -> Response:
    """The page's form is sent: what came of it, as a page."""
    _refuse_from_elsewhere(asked)
    asker = _asker(asked)
    try:
        form = asker.form(token).view()
        given = _fields(asked)
        answered = _answered(asker, token, form, given)
    except NotFound as refused:
        return _page(survey_page.absent(refused.detail), _ABSENT)
    except Refused:
        return _page(survey_page.page(asker.form(token).view()), _CONFLICT)
    return answered


def _refuse_from_elsewhere(asked: Asked) -> None:
    """Take no form that a browser says another site's page has sent.

    `Origin` would not say so: under the page's own policy for referrers it is `null`.

    Raises:
        Forbidden: it does.
    """
    if asked.header(b"sec-fetch-site") in {"cross-site", "same-site"}:
        raise Forbidden("Another site's page has sent this form: open the link, and answer there.")


def _answered(
    asker: Asker, token: str, form: Mapping[str, Any], given: Mapping[str, str]
) -> Response:
    prefix = survey_page.PREFIX
    asked = {question["id"] for question in form["questions"]}
    # What browsers send besides is left alone.
    sent = {name: given[f"{prefix}{name}"] for name in asked if f"{prefix}{name}" in given}
    try:
        answered = asker.answer(token, sent, given.get(survey_page.QUOTE, "no"))
    except Invalid as refused:
        return _page(survey_page.page(form, given, _wrong(refused)), _WRONG)
    return _page(survey_page.page(answered.view()), _OK)


def get_survey_link(asked: Ask, token: Token) -> Response:
    """The survey, for whoever has its link."""
    return paging.single(_asker(asked).form(token).view())


def answer_survey_link(asked: Ask, token: Token) -> Response:
    """Answer the survey; once."""
    asker = _asker(asked)
    asker.form(token)
    sent = asking.read(asked, AnswerSurvey)
    form = asker.answer(token, sent.answers, sent.quote.value)
    return Response(paging.json_of(form.view()), _CREATED, {"Content-Type": JSON})


def _asker(asked: Asked) -> Asker:
    inside = asked.means.container
    return Asker(inside.desk, inside.vault, inside.surveys)


def _page(body: bytes, status: int) -> Response:
    given = {"Content-Type": f"{HTML}; charset=utf-8"}
    given["Content-Security-Policy"] = survey_page.content_policy(body)
    return Response(body, status, given)


def _fields(asked: Asked) -> dict[str, str]:
    """The fields of a form as it was sent.

    Raises:
        WrongMediaType: it is no form.
        Malformed: it cannot be read.
    """
    headers.media_type(asked, (_FORM,))
    try:
        pairs = parse_qsl(
            asked.raw.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_FIELDS,
        )
    except ValueError as error:
        raise Malformed("The form cannot be read: send it as a browser does.") from error
    if len(dict(pairs)) != len(pairs):
        raise Malformed("A field of the form stands there twice; send each once.")
    return dict(pairs)


def _wrong(refused: Invalid) -> dict[str, str]:
    """What is wrong, in plain words, by the names of the fields; of the whole by nothing."""
    found = {}
    for fault in refused.errors:
        steps = (fault.pointer or "").strip("/").split("/")
        name = f"{survey_page.PREFIX}{steps[1]}" if len(steps) > 1 else ""
        name = survey_page.QUOTE if steps == [survey_page.QUOTE] else name
        words = {"missing": "Please answer."}.get(
            fault.code, f"We could not read this: {fault.detail}."
        )
        found[name] = words
    return found


OPERATIONS = (
    Operation(
        method="GET",
        path="/survey/{token}",
        name="get_survey_page",
        tag="surveys",
        summary="Come to a survey by its link",
        endpoint=get_survey_page,
        kind=HTML,
        refusals=_REFUSALS,
        refused_as={**PROBLEM, HTML: {}},
    ),
    Operation(
        method="POST",
        path="/survey/{token}",
        name="answer_survey_page",
        tag="surveys",
        summary="Send the page of a survey",
        endpoint=answer_survey_page,
        kind=HTML,
        takes={_FORM: None},
        refusals=(*_ANSWERED, 403),
        refused_as={**PROBLEM, HTML: {}},
    ),
    Operation(
        method="GET",
        path="/v1/survey-links/{token}",
        name="get_survey_link",
        tag="surveys",
        summary="Read a survey by its link",
        endpoint=get_survey_link,
        answer=SurveyForm,
        refusals=_REFUSALS,
    ),
    Operation(
        method="POST",
        path="/v1/survey-links/{token}",
        name="answer_survey_link",
        tag="surveys",
        summary="Answer a survey by its link",
        endpoint=answer_survey_link,
        status=_CREATED,
        answer=SurveyForm,
        takes={JSON: AnswerSurvey},
        refusals=_ANSWERED,
    ),
)
