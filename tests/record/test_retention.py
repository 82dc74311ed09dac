"""What is due is disposed of by command, never what is held; and the record still verifies."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from escalation.clock import VirtualClock
from escalation.errors import Invalid, NotFound, Refused
from escalation.routing.retention import read_schedule
from escalation.routing.vocabulary import Channel
from escalation.services import conduct, interactions
from escalation.services.desk import Desk
from escalation.services.inbound import inbox, receiving, source_file
from escalation.services.inbound.book import SourceBook
from escalation.services.inbound.envelopes import Came
from escalation.services.inbound.receiving import Known
from escalation.services.interactions import Recording
from escalation.services.record.retention import Keeper
from escalation.store import conduct as stored
from escalation.store import journal, models, timeline
from escalation.store.failures import Clash
from escalation.store.transaction import read, write
from escalation.workflow.commands import Withdraw
from escalation.workflow.facts import Actor
from escalation.workflow.interactions import ContactKind, Family, FeedbackKind
from tests.builders import CLERK, CONFIG, ask, complaint, desk_on
from tests.fakes import virtual_clock
from tests.record.forging import let_go
from tests.record.recorded import an_issue, codes, sealer_of, verifier_of

NAME = "Quokka"
YEARS = timedelta(days=8 * 365)


@pytest.fixture
def clock() -> VirtualClock:
    return virtual_clock()


@pytest.fixture
def desk(furnished_url: str, clock: VirtualClock) -> Iterator[Desk]:
    with desk_on(furnished_url, clock) as desk:
        yield desk


def _keeper(desk: Desk) -> Keeper:
    return Keeper(desk, read_schedule((CONFIG / "retention.yaml").read_bytes(), "retention.yaml"))


def _over(desk: Desk) -> str:
    """An issue that is over, with a name in every place that takes one."""
    raiser = {"type": "staff", "name": NAME, "email": f"{NAME}@example.org"}
    issue = ask(desk, complaint(title=NAME, description=NAME, raiser=raiser))
    ask(desk, Withdraw(reason=NAME), issue["id"])
    return str(issue["id"])


def _everything(desk: Desk) -> str:
    """All that stands in any row."""
    with read(desk.engine) as connection:
        return "\n".join(
            str(tuple(row))
            for table in models.metadata.sorted_tables
            if table is not models.idempotency
            for row in connection.execute(select(table))
        )


def test_disposal_takes_the_words_and_people_and_leaves_the_chain(
    desk: Desk, clock: VirtualClock
) -> None:
    keeper, verifier = _keeper(desk), verifier_of(desk)
    gone, stays = _over(desk), an_issue(desk)
    sealer_of(desk).seal()
    clock.advance(YEARS)
    assert (keeper.due().due, keeper.due().held) == ({"complaints": 1}, {})
    assert NAME in _everything(desk)
    assert keeper.dispose("complaints", CLERK) == 1
    assert NAME not in _everything(desk)
    report = verifier.all()
    assert report.findings == []
    sealer_of(desk).seal()
    assert verifier.all().ok
    assert verifier.issue(gone).ok
    with read(desk.engine) as connection:
        entries = timeline.entries(connection, gone)
        [told] = journal.entries(connection, "disposals")
        assert {entry.actor["name"] for entry in entries} == {"Disposed of"}
        assert timeline.entries(connection, stays)[0].payload != {}
    said = json.loads(told.payload)
    assert (said["aggregate"], said["class"], said["entries"]) == (gone, "complaints", 2)
    assert said["actor"]["name"] == CLERK.name
    assert "keep 7 years" in said["authority"]
    assert keeper.dispose("complaints", CLERK) == 0


def test_nothing_goes_before_its_time_or_while_it_goes_on(desk: Desk, clock: VirtualClock) -> None:
    keeper = _keeper(desk)
    _over(desk)
    an_issue(desk)
    clock.advance(timedelta(days=7 * 365))  # two leap days short of seven years
    assert keeper.due().due == {}
    assert keeper.dispose("complaints", CLERK) == 0
    clock.advance(timedelta(days=2))
    assert keeper.due().due == {"complaints": 1}


@pytest.mark.parametrize("scope", ["record", "class"])
def test_what_is_held_never_goes(scope: str, desk: Desk, clock: VirtualClock) -> None:
    keeper = _keeper(desk)
    issue = _over(desk)
    clock.advance(YEARS)
    until = clock.now() + timedelta(days=30)
    subject = issue if scope == "record" else "complaints"
    hold = keeper.hold(scope, subject, "Ombudsman", until, CLERK)
    assert (keeper.due().due, keeper.due().held) == ({}, {"complaints": 1})
    assert keeper.dispose("complaints", CLERK) == 0
    assert NAME in _everything(desk)
    if scope == "record":
        keeper.lift(hold.id, "Closed", CLERK)
        with pytest.raises(NotFound, match="that stands"):
            keeper.lift(hold.id, "Again", CLERK)
    else:
        clock.advance(timedelta(days=30))
    assert keeper.dispose("complaints", CLERK) == 1
    with read(desk.engine) as connection:
        kinds = [entry.type for entry in journal.entries(connection, "holds")]
    assert kinds == ["hold.placed", "hold.lifted"][: len(kinds)]
    assert [each.id for each in keeper.holds()] == [hold.id]


def test_a_hold_of_nothing_is_refused(desk: Desk, clock: VirtualClock) -> None:
    keeper = _keeper(desk)
    with pytest.raises(NotFound, match="SSI-9"):
        keeper.hold("record", "SSI-9", "why", None, CLERK)
    with pytest.raises(Invalid, match="no retention class"):
        keeper.hold("class", "none", "why", None, CLERK)
    with pytest.raises(Invalid, match="in the future"):
        keeper.hold("class", "complaints", "why", clock.now(), CLERK)


def test_content_that_went_without_a_disposal_is_found(desk: Desk, clock: VirtualClock) -> None:
    gone = _over(desk)
    sealer_of(desk).seal()
    clock.advance(YEARS)
    _keeper(desk).dispose("complaints", CLERK)
    let_go(desk.engine)
    disposal = models.disposal
    with write(desk.engine) as connection:
        kept = connection.scalar(select(disposal.c.event_id))
        connection.execute(update(disposal).values(event_id="evt_none"))
    assert codes(verifier_of(desk)) == {"disposed_unrecorded"}
    with write(desk.engine) as connection:
        connection.execute(update(disposal).values(event_id=kept))
    assert codes(verifier_of(desk)) == set()
    with write(desk.engine) as connection:
        event = models.event
        connection.execute(update(event).where(event.c.aggregate == gone).values(payload="{}"))
    assert codes(verifier_of(desk)) == {"entry_changed"}


@pytest.mark.parametrize("family", list(Family))
def test_what_became_no_issue_goes_by_itself(
    family: Family, desk: Desk, clock: VirtualClock
) -> None:
    kinds = {Family.CONTACT: ContactKind.ENQUIRY, Family.FEEDBACK: FeedbackKind.COMPLIMENT}
    raiser = {"type": "staff", "name": NAME, "email": f"{NAME}@example.org"}
    fields = {"text": NAME, "raiser": raiser, "channel": Channel.PHONE, "themes": ()}
    fields["kind"] = kinds[family]
    nothing = {"centre": None, "party": None, "function": None, "sentiment": None, "survey": None}
    sent = Recording(family, {**nothing, **fields}, None, None)
    said = json.loads(interactions.record(desk, sent, CLERK).body)
    sealer_of(desk).seal()
    clock.advance(timedelta(days=2 * 365 + 1))
    assert NAME in _everything(desk)
    keeper = _keeper(desk)
    assert keeper.due().due == {"enquiries": 1}
    hold = keeper.hold("record", said["reference"], "Ombudsman", None, CLERK)
    assert keeper.dispose("enquiries", CLERK) == 0
    keeper.lift(hold.id, "Closed", CLERK)
    assert keeper.dispose("enquiries", CLERK) == 1
    assert NAME not in _everything(desk)
    assert verifier_of(desk).all().findings == []
    sealer_of(desk).seal()
    assert verifier_of(desk).all().ok


def test_what_a_tool_sent_goes_with_its_issue_or_by_itself(desk: Desk, clock: VirtualClock) -> None:
    sources = source_file.read((CONFIG / source_file.NAME).read_bytes())
    known = Known("generic", sources["generic"])
    bodies: list[dict[str, Any]] = [
        {"ticket": "T-1", "title": NAME, "agency": "rivers", "function": "payroll"},
        {"ticket": "T-2", "title": NAME, "agency": NAME, "function": NAME},
    ]
    came = [Came(body, {"x-name": NAME}, json.dumps(body).encode()) for body in bodies]
    raised, unmapped = receiving.receive(desk, known, came).result()
    assert (raised.issue_id is None, unmapped.issue_id is None) == (False, True)
    ask(desk, Withdraw(reason=NAME), raised.issue_id)
    sealer_of(desk).seal()
    clock.advance(timedelta(days=366))
    keeper = _keeper(desk)
    hold = keeper.hold("record", unmapped.id, "Ombudsman", None, CLERK)
    assert keeper.dispose("tool-deliveries", CLERK) == 0
    keeper.lift(hold.id, "Closed", CLERK)
    assert keeper.dispose("tool-deliveries", CLERK) == 1
    clock.advance(YEARS)
    assert keeper.dispose("complaints", CLERK) == 1
    assert NAME not in _everything(desk)
    assert verifier_of(desk).all().findings == []
    with pytest.raises(Refused, match="disposed of"):
        receiving.again(desk, known, unmapped.id)
    book = SourceBook(CONFIG / source_file.NAME, {})
    seen = inbox.one(desk, book, unmapped.id)
    assert (seen["body"], seen["headers"], seen["reading"]) == (None, {}, None)
    assert list(inbox.replay_left(desk, book, "generic")) == []


def test_a_limit_on_conduct_goes_by_itself_once_it_has_ended(
    desk: Desk, clock: VirtualClock
) -> None:
    sent = conduct.Limiting(
        raiser={"name": NAME, "email": f"{NAME}@example.org"},
        limits=({"kind": "subject", "subject": NAME}, {"kind": "writing_only"}),
        reason=NAME,
        approved_by="priya-nair",
        review_at=clock.now() + timedelta(days=20),
        expires_at=clock.now() + timedelta(days=30),
    )
    limit = conduct.record(desk, sent, Actor(kind="person", name=NAME))
    ends = conduct.Review(outcome="end", reason=NAME, reviewed_by="priya-nair")
    clock.advance(timedelta(days=1))
    conduct.review(desk, limit.id, ends, CLERK)
    sealer_of(desk).seal()
    keeper = _keeper(desk)
    clock.advance(timedelta(days=7 * 365))
    assert keeper.due().due == {}, "two leap days short of seven years after its end"
    clock.advance(timedelta(days=2))
    assert keeper.due().due == {"conduct-limits": 1}
    hold = keeper.hold("record", limit.id, "Ombudsman", None, CLERK)
    assert keeper.dispose("conduct-limits", CLERK) == 0
    keeper.lift(hold.id, "Closed", CLERK)
    assert NAME in _everything(desk)
    assert keeper.dispose("conduct-limits", CLERK) == 1
    assert NAME not in _everything(desk)
    assert verifier_of(desk).all().findings == []
    with read(desk.engine) as connection:
        left = stored.find(connection, limit.id)
        entries = journal.entries(connection, limit.id)
    assert left is not None
    assert [each["kind"] for each in left.limits] == ["subject", "writing_only"]
    assert [each["outcome"] for each in left.reviews] == ["end"]
    assert [entry.type for entry in entries] == ["conduct_limit.recorded", "conduct_limit.reviewed"]


def test_a_limit_that_still_holds_never_goes(desk: Desk, clock: VirtualClock) -> None:
    far = clock.now() + timedelta(days=40 * 365)
    sent = conduct.Limiting(
        raiser={"email": f"{NAME}@example.org"},
        limits=({"kind": "writing_only"},),
        reason=NAME,
        approved_by="priya-nair",
        review_at=far,
        expires_at=far,
    )
    conduct.record(desk, sent, CLERK)
    clock.advance(2 * YEARS)
    assert _keeper(desk).dispose("conduct-limits", CLERK) == 0
    assert NAME in _everything(desk)


def test_sqlite_lets_content_go_by_disposal_alone(desk: Desk) -> None:
    if not desk.engine.url.drivername.startswith("sqlite"):
        pytest.skip("on PostgreSQL the grants say who may")
    issue = _over(desk)
    event = models.event
    empty = update(event).where(event.c.aggregate == issue)
    emptied = empty.values(payload="", salt="", disposed="0" * 64)
    with pytest.raises(Clash), write(desk.engine) as connection:
        connection.execute(emptied)
    with write(desk.engine) as connection:
        row = {"aggregate": issue, "through": 1, "event_id": "evt_x"}
        connection.execute(insert(models.disposal), row)
        connection.execute(emptied.where(event.c.number == 1))
    with pytest.raises(Clash), write(desk.engine) as connection:
        connection.execute(emptied.where(event.c.number == 2))
