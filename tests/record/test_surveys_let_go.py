"""Answers about an issue go with it, others by themselves; what they were counted as stays."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from escalation.clock import VirtualClock
from escalation.ids import IdSource
from escalation.services.desk import Desk
from escalation.services.secrets import Vault
from escalation.services.surveys import importing, inviting
from escalation.services.surveys.answering import Asker
from escalation.services.surveys.book import SurveyBook
from escalation.services.surveys.importing import Sent
from escalation.services.surveys.links import token_of
from escalation.store import models, surveys
from escalation.store.transaction import read
from escalation.workflow.commands import Close
from tests.builders import CLERK, CONFIG, ask, complaint, desk_on
from tests.fakes import virtual_clock
from tests.record.recorded import verifier_of
from tests.record.test_retention import NAME, YEARS, _everything, _keeper

BOOK = SurveyBook(CONFIG / "surveys.yaml")
VAULT = Vault(lambda: [IdSource.seeded(1).token(32)])
ANSWERS = f"respondent,answered_on,overall,words\n{NAME},2026-03-01,4,{NAME} was kind\n"


@pytest.fixture
def clock() -> VirtualClock:
    return virtual_clock()


@pytest.fixture
def desk(furnished_url: str, clock: VirtualClock) -> Iterator[Desk]:
    with desk_on(furnished_url, clock) as desk:
        yield desk


def _answered(desk: Desk) -> str:
    """A closed issue whose raiser has said how it went; its id."""
    raiser = {"type": "staff", "name": NAME, "email": f"{NAME}@example.org"}
    outcome = {"summary": "Paid", "reasons": "Owed"}
    issue = ask(desk, complaint(raiser=raiser, outcome=outcome))
    ask(desk, Close(), issue["id"])
    assert inviting.invite(desk, BOOK) == 1
    with read(desk.engine) as connection:
        invitation = connection.scalar(select(models.survey_invitation.c.id))
        found = surveys.find(connection, str(invitation))
    assert found is not None
    sent = {"overall": 5, "words": f"{NAME} says thanks"}
    Asker(desk, VAULT, BOOK).answer(token_of(VAULT, found), sent, "named")
    return str(issue["id"])


def _counted(desk: Desk) -> list[tuple[int | None, str | None, str | None]]:
    table = models.survey_answer.c
    with read(desk.engine) as connection:
        query = select(table.rating, table.provider, table.respondent)
        return [tuple(row) for row in connection.execute(query.order_by(table.rating))]


def test_the_words_of_an_answer_go_with_its_issue_and_the_figure_stays(
    desk: Desk, clock: VirtualClock
) -> None:
    _answered(desk)
    keeper = _keeper(desk)
    clock.advance(timedelta(days=3 * 365))
    assert keeper.due().due == {}, "it is no enquiry that would go before its issue"
    clock.advance(YEARS)
    assert keeper.dispose("complaints", CLERK) == 1
    assert NAME not in _everything(desk)
    assert _counted(desk) == [(5, "meridian", None)]
    assert verifier_of(desk).all().findings == []


def test_an_imported_answer_goes_by_itself_and_nobody_is_known_again(
    desk: Desk, clock: VirtualClock
) -> None:
    sent = Sent(ANSWERS.encode(), "a.csv", "client-yearly", "2026")
    assert importing.bring_in(desk, BOOK, sent, CLERK).status == 201
    assert importing.bring_in(desk, BOOK, sent, CLERK).status == 200
    assert _counted(desk)[0][2] is not None
    clock.advance(timedelta(days=3 * 365))
    assert _keeper(desk).dispose("enquiries", CLERK) == 1
    assert NAME not in _everything(desk)
    assert _counted(desk) == [(4, None, None)]
