"""Who may see which issue is one rule in two forms: a value's, and a row's. They never differ."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, insert, not_, select

from escalation.routing.seats import Holding
from escalation.routing.vocabulary import (
    Channel,
    IssueKind,
    Role,
    Scope,
    Sensitivity,
    Severity,
    Side,
)
from escalation.store import models, viewing, wall
from escalation.store.engine import make_engine
from escalation.store.rows import fixed_row, state_row, words_row
from escalation.store.transaction import part, write
from escalation.workflow.facts import Issue, Visit
from escalation.workflow.sealed import Named, Sealing
from escalation.workflow.viewing import Part, Viewer, may_see
from tests.builders import wall_in

AT = datetime(2026, 3, 2, tzinfo=UTC)
CODES = ("a", "b", "c", "A", "a_b", "%", 'q"', "it's", "é", "0")
"""Few, so that they meet, and with whatever could mean something to SQL, JSON or a pattern."""
FIXED: dict[str, Any] = {
    "kind": IssueKind.COMPLAINT, "title": "t", "description": "d", "channel": Channel.PHONE,
    "severity": Severity.MEDIUM, "severity_reason": "said", "impact": None, "urgency": None,
    "service": None, "region": None, "scope": Scope.FUNCTION, "raiser": {"type": "staff"},
    "themes": (), "external_refs": (), "publication": "p", "ola": None, "ladder": "l",
    "calendar": "c", "entry_reasons": (), "warnings": (), "occurred_at": None,
    "received_at": AT, "created_at": AT, "updated_at": AT, "entered_at": AT, "stay_from": AT,
}  # fmt: skip

code = st.sampled_from(CODES)
codes = st.frozensets(code, max_size=3)
perhaps = st.none() | code
some = st.lists(code, max_size=3).map(tuple)


@st.composite
def issues(draw: st.DrawFn) -> Issue:
    """An issue of which all that decides who sees it is drawn."""
    held = draw(st.dictionaries(st.sampled_from(Side), perhaps))
    named = [Named(person, "x", AT) for person in draw(some)]
    sealed = draw(st.booleans())
    name = draw(st.uuids())
    return Issue(
        **FIXED,
        id=f"iss_{name}",
        reference=f"SSI-{name}",
        agency=draw(code),
        provider=draw(code),
        cluster=draw(perhaps),
        function=draw(perhaps),
        also_affects=draw(some),
        about_person=draw(perhaps),
        forum=draw(perhaps),
        seats={side: Holding(side, Role.CEO, person, "r") for side, person in held.items()},
        visits=tuple(Visit("r", AT, "entered", None, draw(some)) for _ in range(draw(few))),
        reported_up=tuple({"forum": draw(code), "at": 0} for _ in range(draw(few))),
        sealing=Sealing(at=AT, sensitive=(Sensitivity.BY_HAND,), named=tuple(named))
        if sealed
        else None,
    )


few = st.integers(0, 2)
parts = st.builds(Part, **dict.fromkeys(Part.__dataclass_fields__, st.just(frozenset()) | codes))
reaches = st.lists(parts, max_size=2).map(tuple)
viewers = st.builds(
    Viewer,
    person=perhaps,
    everything=st.booleans(),
    within=st.lists(reaches, max_size=2).map(tuple),
    reach=st.none() | reaches,
)


class Undone(Exception):
    """Takes back what a test has written."""


@given(
    logged=st.lists(issues(), max_size=6, unique_by=lambda each: each.id),
    looking=st.lists(viewers, min_size=1, max_size=6),
)
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_rows_are_shown_to_whom_the_rule_shows_the_issue(
    engine: Engine, logged: list[Issue], looking: list[Viewer]
) -> None:
    with suppress(Undone), write(engine) as connection:
        for issue in logged:
            connection.execute(insert(models.issue), _row(issue))
        for viewer in looking:
            may = {issue.id for issue in logged if may_see(viewer, issue)}
            predicate = viewing.visible(connection, viewer)
            assert set(_found(connection, predicate)) == may, viewer
            others = set(_found(connection, not_(predicate)))
            assert others == {issue.id for issue in logged} - may, viewer
        raise Undone


@pytest.fixture
def walled(postgres_url: str) -> Iterator[Engine]:
    """An engine on a database where the wall has been built."""
    wall_in(postgres_url)
    engine = make_engine(postgres_url)
    yield engine
    engine.dispose()


@pytest.mark.postgres
@given(
    logged=st.lists(issues(), max_size=6, unique_by=lambda each: each.id),
    looking=st.lists(viewers, min_size=1, max_size=6),
)
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_behind_the_wall_no_row_is_there_that_the_rule_does_not_show(
    walled: Engine, logged: list[Issue], looking: list[Viewer]
) -> None:
    with suppress(Undone), write(walled) as connection:
        for issue in logged:
            connection.execute(insert(models.issue), _row(issue))
        for viewer in looking:
            may = {issue.id for issue in logged if may_see(viewer, issue)}
            with suppress(Undone), part(connection):
                wall.stand_behind(connection, viewer)
                seen = set(connection.scalars(select(models.issue.c.id)))
                if viewer.limited:
                    assert seen == may, viewer
                else:
                    assert seen == {issue.id for issue in logged}, viewer
                raise Undone
        raise Undone


def _row(issue: Issue) -> dict[str, Any]:
    return fixed_row(issue) | words_row(issue) | state_row(issue, "chain", None)


def _found(connection: Connection, predicate: Any) -> Iterator[str]:
    yield from connection.scalars(select(models.issue.c.id).where(predicate))
