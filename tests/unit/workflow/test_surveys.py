"""Of which issues a survey is asked, and what an answer must be: no database, no clock."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

from escalation.errors import Invalid
from escalation.routing.surveys import After, Kind, Question, Survey, SurveyMail
from escalation.routing.vocabulary import Sensitivity
from escalation.workflow.commands import Close, Merge, Reclassify, Resolve, Withdraw
from escalation.workflow.facts import ENGINE
from escalation.workflow.interactions import Quoting, Sentiment
from escalation.workflow.inviting import SurveyDue
from escalation.workflow.surveys import WhyNot, answer_of, answers_of, is_mailed, why_not
from tests.unit.workflow.asks import beside
from tests.unit.workflow.builders import MONDAY, Story, logged

REACHED = {"type": "staff", "name": "Ana", "email": "ana@example.org"}
OUTCOME = {"summary": "Paid", "reasons": "It was owed"}
SURVEY = Survey(
    title="How did we do?",
    about="Tell us",
    steps=("a", "b", "c", "d", "e"),
    questions=(
        Question(id="settled", text="Is it settled?", kind=Kind.YES_NO),
        Question(id="overall", text="How satisfied?", kind=Kind.RATING, required=True),
        Question(id="soon", text="How soon?", kind=Kind.RATING),
        Question(id="words", text="What else?", kind=Kind.WORDS),
        Question(id="more", text="More?", kind=Kind.WORDS),
    ),
)


def due(after: After = After.CLOSED) -> SurveyDue:
    ends = MONDAY + timedelta(days=30)
    return SurveyDue(survey="after", after=after, invitation="svy_1", expires_at=ends)


def resolved(**changes: Any) -> Story:
    story = logged(raiser=REACHED, **changes)
    story.do(Resolve(outcome=OUTCOME, reason="paid"))
    return story


def test_a_closed_issue_is_asked_about_and_no_clock_of_it_moves() -> None:
    story = resolved()
    story.do(Close())
    plan = story.do(due(), by=ENGINE)
    assert [event.type.value for event in plan.events] == ["issue.survey_due"]
    assert plan.events[0].payload == {
        "survey": "after", "invitation": "svy_1", "expires_at": "2026-04-01T00:00:00+00:00",
    }  # fmt: skip
    assert not [clock for clock in story.facts.clocks if clock.ended_at is None]


def test_one_that_follows_resolving_is_asked_in_the_review_window_already() -> None:
    story = resolved()
    assert story.do(due(), by=ENGINE).nothing
    assert story.do(due(After.RESOLVED), by=ENGINE).events


def test_nobody_is_asked_once_it_went_on_or_was_sealed_since() -> None:
    story = logged(raiser=REACHED)
    assert story.do(due(After.RESOLVED), by=ENGINE).nothing
    story.do(Withdraw(reason="mine"))
    assert story.do(due(), by=ENGINE).nothing
    sealed = resolved()
    sealed.do(Close())
    changes = {"sensitive": (Sensitivity.PRIVACY,)}
    sealed.do(Reclassify(changes=changes, reason="names"))
    assert sealed.do(due(), by=ENGINE).nothing
    assert why_not(sealed.issue, limited=False) is WhyNot.SEALED


@pytest.mark.parametrize(
    ("raiser", "limited", "why"),
    [
        (REACHED, False, None),
        ({"type": "public", "phone": "07 1"}, False, None),
        (REACHED, True, WhyNot.LIMITED),
        ({"type": "staff", "name": "Ana"}, True, WhyNot.UNREACHABLE),
        ({"type": "public", "anonymous": True}, False, WhyNot.NAMELESS),
    ],
)
def test_why_nobody_is_asked(raiser: dict[str, Any], limited: bool, why: WhyNot | None) -> None:
    assert why_not(logged(raiser=raiser).facts.issue, limited=limited) is why


def test_a_duplicate_is_asked_about_with_its_primary_alone() -> None:
    story = logged(raiser=REACHED)
    other = beside(story)
    story.do(Merge(issue=other.id, reference=other.reference, reason="twice"))
    assert why_not(story.issue, limited=False) is WhyNot.MERGED


# -- answers


def test_answers_are_read_the_same_as_numbers_and_as_words() -> None:
    as_json = {"overall": 4, "settled": True, "words": " Well \r\n done ", "soon": None}
    as_text = {"overall": " 4 ", "settled": "Yes", "words": "Well \n done", "soon": " "}
    found = answers_of(SURVEY, as_json)
    assert found == answers_of(SURVEY, as_text)
    assert found.values == {"settled": True, "overall": 4, "words": "Well \n done"}
    assert (found.rating, found.text, found.quote) == (4, "Well \n done", Quoting.NO)
    both = answers_of(SURVEY, {"overall": 1, "words": "One", "more": "Two", "settled": False})
    assert (both.text, both.values["settled"]) == ("One\n\nTwo", False)


@pytest.mark.parametrize(
    ("step", "sentiment"),
    [(1, "negative"), (2, "negative"), (3, "neutral"), (4, "positive"), (5, "positive")],
)
def test_how_they_spoke_follows_from_the_measure(step: int, sentiment: str) -> None:
    assert answers_of(SURVEY, {"overall": step}).sentiment is Sentiment(sentiment)


def test_a_measure_that_may_be_left_out_speaks_neither_way() -> None:
    question = SURVEY.questions[1].model_copy(update={"required": False})
    free = SURVEY.model_copy(update={"questions": (question, *SURVEY.questions[2:])})
    found = answers_of(free, {"words": "Well"})
    assert (found.rating, found.sentiment) == (None, Sentiment.NEUTRAL)
    with pytest.raises(Invalid) as refused:
        answers_of(free, {"words": ""})
    assert [(f.code, f.pointer) for f in refused.value.errors] == [("missing", "/answers")]


@pytest.mark.parametrize(
    ("sent", "quote", "pointers"),
    [
        ({}, "no", ["/answers/overall"]),
        ({"overall": 0}, "no", ["/answers/overall"]),
        ({"overall": "4.5"}, "no", ["/answers/overall"]),
        ({"overall": True}, "no", ["/answers/overall"]),
        ({"overall": 3, "settled": 1}, "no", ["/answers/settled"]),
        ({"overall": 3, "words": 7}, "no", ["/answers/words"]),
        ({"overall": 3, "words": "x" * 10_001}, "no", ["/answers/words"]),
        ({"overall": 3, "words": "\x07"}, "no", ["/answers/words"]),
        ({"overall": 3, "else": 1}, "no", ["/answers/else"]),
        ({"overall": 3}, "maybe", ["/quote"]),
        ({"overall": 3}, "named", ["/quote"]),
        ({"overall": 9, "words": 7}, "maybe", ["/answers/overall", "/answers/words", "/quote"]),
    ],
)
def test_each_answer_that_cannot_be_is_named(
    sent: dict[str, Any], quote: str, pointers: list[str]
) -> None:
    with pytest.raises(Invalid) as refused:
        answers_of(SURVEY, sent, quote)
    assert [fault.pointer for fault in refused.value.errors] == pointers


def test_a_name_is_quoted_only_where_we_know_one_and_the_survey_asks() -> None:
    assert answers_of(SURVEY, {"overall": 5}, "named", named=True).quote is Quoting.NAMED
    silent = SURVEY.model_copy(update={"quotes": False})
    assert answers_of(silent, {"overall": 5}).quote is Quoting.NO
    with pytest.raises(Invalid):
        answers_of(silent, {"overall": 5}, "anonymous")


def test_no_answer_is_none() -> None:
    for question in SURVEY.questions:
        assert answer_of(question, None) is None
        assert answer_of(question, "  ") is None


@pytest.mark.parametrize(
    ("raiser", "ola", "mailed"),
    [
        (REACHED, None, True),
        (REACHED, "spared", False),
        ({**REACHED, "email": None, "phone": "07"}, None, False),
        ({**REACHED, "needs": {"preferred_channel": "email"}}, None, True),
        ({**REACHED, "needs": {"preferred_channel": "phone"}}, None, False),
        ({**REACHED, "needs": {"relay": "NRS"}}, None, True),
    ],
)
def test_who_is_mailed_of_all_who_are_asked(
    raiser: dict[str, Any], ola: str | None, *, mailed: bool
) -> None:
    issue = structs.replace(resolved().issue, raiser=raiser, ola=ola)
    mail = SurveyMail(not_under=("spared",))
    assert is_mailed(SURVEY.model_copy(update={"mail": mail}), issue) is mailed
    assert not is_mailed(SURVEY, issue)
