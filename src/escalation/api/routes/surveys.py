"""Surveys: which there are, who was asked, and answers that are brought in."""

from typing import Annotated

from fastapi import Path, Query, Response

from escalation.api import headers, paging
from escalation.api.asking import call_of
from escalation.api.deps import Ask, Asked
from escalation.api.operations import FINDS, IDEMPOTENCY_KEY, JSON, READS, WRITES, Operation
from escalation.api.routes.feeds import base_of
from escalation.api.schemas.surveys import (
    Imported,
    ImportQuery,
    InvitationDetail,
    InvitationList,
    InvitationQuery,
    RoundList,
    SurveyList,
)
from escalation.services.mail import asking
from escalation.services.surveys import importing, reading
from escalation.services.surveys.importing import Sent
from escalation.services.surveys.invitations import Invitations

_CSV = ("text/csv",)
_OK, _CREATED = 200, 201
_SCOPE = "invited"


def list_surveys(asked: Ask) -> Response:
    """The surveys of the survey file, with their questions."""
    with asked.means.reader.look(asked.caller) as look:
        found = reading.every(asked.means.container.surveys, look.known.directory, look.now)
    return paging.whole(asked, found)


def list_survey_rounds(asked: Ask) -> Response:
    """What periodic surveys came to in each period, the newest first; nobody asked is named."""
    inside = asked.means.container
    with asked.means.reader.look(asked.caller) as look:
        found = asking.told_of(look, inside.surveys, mails=inside.asks_by_mail)
    return paging.whole(asked, found)


def list_survey_invitations(asked: Ask, query: Annotated[InvitationQuery, Query()]) -> Response:
    """Who was asked, the newest first, with the link while it can be answered."""
    after = paging.instant_of(asked, query.cursor, _SCOPE)
    with asked.means.reader.look(asked.caller) as look:
        page = _invitations(asked).page(
            look, answered=query.answered, after=after, limit=query.limit
        )
    return paging.answer(asked, page, scope=_SCOPE)


def get_survey_invitation(
    asked: Ask,
    invitation: Annotated[str, Path(description="Its id, or its issue's id or reference.")],
) -> Response:
    """One invitation, with its link and the letter that goes with it."""
    with asked.means.reader.look(asked.caller) as look:
        found = _invitations(asked).one(look, invitation)
    return paging.single(found)


def import_survey(asked: Ask, query: Annotated[ImportQuery, Query()]) -> Response:
    """Bring in the answers of a survey that was run elsewhere: the whole file, or nothing of it."""
    means = asked.means
    means.doorkeeper.confirmed(asked.caller)
    headers.media_type(asked, _CSV)
    call = call_of(asked)
    inside = means.container
    sent = Sent(asked.raw, query.name, query.survey, query.period)
    answer = importing.bring_in(inside.desk, inside.surveys, sent, asked.caller.actor, call=call)
    given = {"Content-Type": JSON, **answer.headers}
    if answer.replayed:
        given["Idempotency-Replayed"] = "true"
    return Response(answer.body, answer.status, given)


def _invitations(asked: Asked) -> Invitations:
    inside = asked.means.container
    base = inside.settings.public_url or base_of(asked)
    return Invitations(inside.vault, inside.surveys, base)


OPERATIONS = (
    Operation(
        method="GET",
        path="/v1/surveys",
        name="list_surveys",
        tag="surveys",
        summary="List surveys",
        endpoint=list_surveys,
        answer=SurveyList,
        refusals=READS,
    ),
    Operation(
        method="GET",
        path="/v1/survey-rounds",
        name="list_survey_rounds",
        tag="surveys",
        summary="List rounds of periodic surveys",
        endpoint=list_survey_rounds,
        answer=RoundList,
        refusals=READS,
    ),
    Operation(
        method="GET",
        path="/v1/survey-invitations",
        name="list_survey_invitations",
        tag="surveys",
        summary="List who was asked",
        endpoint=list_survey_invitations,
        answer=InvitationList,
        refusals=READS,
    ),
    Operation(
        method="GET",
        path="/v1/survey-invitations/{invitation}",
        name="get_survey_invitation",
        tag="surveys",
        summary="Read an invitation",
        endpoint=get_survey_invitation,
        answer=InvitationDetail,
        refusals=FINDS,
    ),
    Operation(
        method="POST",
        path="/v1/survey-imports",
        name="import_survey",
        tag="surveys",
        summary="Bring in answers of a survey",
        endpoint=import_survey,
        status=_CREATED,
        also=(_OK,),
        answer=Imported,
        takes={"text/csv": None},
        headers=(IDEMPOTENCY_KEY,),
        refusals=(*WRITES, 404),
    ),
)
