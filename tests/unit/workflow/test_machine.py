"""The compiled look-up is the machine: the same over every state, act and choice."""

from collections.abc import Iterator
from itertools import product

import pytest

from escalation.workflow.guards import RULES, SEATED
from escalation.workflow.machine import Moment, build, way
from escalation.workflow.states import Act, Effect, MeetingAct, Status
from escalation.workflow.table import TABLE

ACTS: tuple[Act | MeetingAct, ...] = (*Act, *MeetingAct)
BOTH = (False, True)
CHOICES = list(product(Status, BOTH, BOTH, (None, *Effect), BOTH))


class Model:
    """What the machine moves, with the facts of a moment to choose by."""

    state = ""

    def __init__(self, moment: Moment) -> None:
        self.moment = moment

    def __getattr__(self, name: str) -> object:
        found = getattr(self.moment, name)
        return lambda: found


def moments() -> Iterator[Moment]:
    for status, here, there, effect, lands in CHOICES:
        yield Moment(status.value, here, there, effect, lands)


@pytest.mark.parametrize("act", ACTS)
def test_the_look_up_leads_where_the_machine_leads(act: Act | MeetingAct) -> None:
    machine = build()
    for moment in moments():
        model = Model(moment)
        machine.add_model(model, initial=moment.state)
        known = act.value in machine.get_triggers(moment.state)
        moved = known and machine.events[act.value].trigger(model)
        leads = way(act, moment)
        assert (Status(model.state) if moved else None) is (leads and leads.to), moment
        machine.remove_model(model)


@pytest.mark.parametrize("act", ACTS)
def test_where_a_state_has_an_act_exactly_one_row_holds_at_any_moment(
    act: Act | MeetingAct,
) -> None:
    for moment in moments():
        rows = [
            row
            for row in TABLE
            if row.act is act
            and moment.state in row.sources
            and (row.when is None or getattr(moment, row.when))
        ]
        decides_nothing = act is MeetingAct.DECIDE and moment.effect is None
        has = any(row.act is act and moment.state in row.sources for row in TABLE)
        assert len(rows) == int(has and not decides_nothing), moment
        leads = way(act, moment)
        assert [row.guards for row in rows] == ([leads.guards] if leads else [])


def test_every_state_can_be_reached_and_every_end_but_withdrawal_can_be_undone() -> None:
    leads = {(source, row.to or source) for row in TABLE for source in row.sources}
    assert {to for _, to in leads} == set(Status)
    assert [to for source, to in leads if source is Status.WITHDRAWN] == [Status.WITHDRAWN]


def test_the_table_names_no_rule_that_is_not_there_and_leaves_none_out() -> None:
    assert {SEATED, *(name for row in TABLE for name in row.guards)} == set(RULES)
