"""One change of a directory comes to what the whole, checked and built anew, comes to."""

from collections.abc import Callable
from functools import partial
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from escalation.errors import Fault, Invalid
from escalation.routing.amending import Changes, amended, beside
from escalation.routing.directory import Directory
from tests.unit.routing.samples import directory

PEOPLE = [f"p{number}" for number in range(4)]
NOBODY = "nobody"
APPOINTMENTS = [f"a{number}" for number in range(5)]
DAYS = ["2026-01-01", "2026-03-01", "2026-03-02", "2026-06-30", "2026-07-01"]
START: dict[str, Any] = {
    "initiative": {"title": "Shared services"},
    "zone": "Australia/Brisbane",
    "providers": {"alpha": {"title": "Alpha"}},
    "agencies": {"roads": {"title": "Roads"}, "ports": {"title": "Ports"}},
    "clusters": {"north": {"title": "North", "provider": "alpha", "members": ["roads"]}},
    "functions": {"payroll": {"title": "Payroll"}, "finance": {"title": "Finance"}},
    "regions": {"bay": {"title": "Bay"}},
    "people": {code: {"name": code.title()} for code in PEOPLE},
    "appointments": {
        "a0": {"person": "p0", "role": "service_manager", "party": "alpha"},
        "a1": {"person": "p1", "role": "function_manager", "party": "roads", "region": "bay"},
        "a2": {"person": "p2", "role": "service_manager", "party": "alpha", "alternate": True},
    },
    "acting_appointments": {"t0": {"person": "p3", "for": "a0", "from": "2026-03-01"}},
    "delegations": {
        "d0": {"by": "p0", "to": "p1", "from": "2026-01-01"},
        "d1": {"for": "a1", "to": "p2", "from": "2026-01-01", "until": "2026-03-01"},
    },
    "shared_seats": {"s0": {"role": "function_manager", "party": "ports", "pick": "round_robin"}},
}


def optional(**kinds: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=kinds)


def entry(
    said: dict[str, st.SearchStrategy[Any]], **more: st.SearchStrategy[Any]
) -> st.SearchStrategy[Any]:
    """An entry, seldom one that is none, and None for one that is to go."""
    whole = st.fixed_dictionaries(said, optional=more)
    return st.one_of(whole, whole, whole, st.none(), st.sampled_from([[], "word", {"odd": 1}]))


def several(codes: list[str], entries: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(codes), entries, max_size=2)


person = st.sampled_from([*PEOPLE, *PEOPLE, NOBODY])
day = st.sampled_from([*DAYS, *DAYS, "someday"])
role = st.sampled_from(["service_manager", "function_manager"])
party = st.sampled_from(["alpha", "roads", "ports", "nowhere"])
function = st.sampled_from(["payroll", "finance", "tax"])
region = st.sampled_from(["bay", "moon"])
appointment = st.sampled_from([*APPOINTMENTS, NOBODY])
SEAT = {"role": role, "party": party}
WHERE = {"function": function, "region": region}
CHANGES: st.SearchStrategy[Changes] = optional(
    people=several(
        [*PEOPLE, "Odd Code"], entry({"name": st.just("Ann")}, **{"from": day, "until": day})
    ),
    appointments=several(
        APPOINTMENTS,
        entry(
            {"person": person, **SEAT},
            **WHERE,
            **{"from": day, "until": day},
            alternate=st.booleans(),
        ),
    ),
    acting_appointments=several(
        ["t0", "t1", "t2"],
        st.one_of(
            entry({"person": person, "for": appointment, "from": day}, until=day),
            entry({"person": person, **SEAT, "from": day}, **WHERE, until=day),
        ),
    ),
    delegations=several(
        ["d0", "d1", "d2"],
        st.one_of(
            entry({"by": person, "to": person, "from": day}, until=day),
            entry({"for": appointment, "to": person, "from": day}, until=day),
            entry(
                {**SEAT, "to": person, "from": day},
                until=day,
                functions=st.lists(function, max_size=1),
            ),
        ),
    ),
    shared_seats=several(["s0", "s1"], entry({**SEAT, "pick": st.just("first")}, **WHERE)),
    functions=several(["payroll", "tax"], entry({"title": st.just("Tax")})),
    regions=several(["bay"], entry({"title": st.just("Bay")})),
    agencies=several(["roads", "ports"], entry({"title": st.just("Ports")})),
)


def whole(before: Directory, changes: Changes) -> Directory:
    document = before.document()
    for part, entries in changes.items():
        every = {**document.get(part, {}), **entries}
        document[part] = {code: said for code, said in every.items() if said is not None}
    return Directory.from_document(document)


def outcome(make: Callable[[], Directory]) -> Directory | list[Fault]:
    try:
        return make()
    except Invalid as error:
        return list(error.errors)


def told(known: Directory) -> list[object]:
    seats = known.seating
    return [
        known.document(),
        known.file,
        known.people,
        known.parties,
        known.clusters,
        known.forums,
        seats.appointments,
        seats.acting,
        seats.shared,
        seats.seats,
        seats.there,
        {person: seats.delegations(person, None) for person in PEOPLE},
        {key: seats.delegations(NOBODY, key) for key in seats.delegated},
    ]


@settings(deadline=None)
@given(st.lists(CHANGES, min_size=1, max_size=6))
@example([{"delegations": {"d2": {"by": "p1", "to": "p0", "from": "2026-03-01"}}}])
@example([{"appointments": {"a1": {**START["appointments"]["a1"], "person": "p2"}}}])
@example([{"people": {"p0": None}}])
@example([{"people": {"p3": {"name": "Ann", "until": "2026-01-01"}}}])
def test_a_change_is_refused_for_the_same_mistakes_and_comes_to_the_same_as_the_whole(
    changes: list[Changes],
) -> None:
    known = Directory.from_document(START)
    for each in changes:
        expected = outcome(partial(whole, known, each))
        found = outcome(partial(amended, known, each))
        if isinstance(expected, list) or isinstance(found, list):
            assert found == expected
            continue
        assert told(found) == told(expected)
        assert told(beside(known, expected.document())) == told(expected)
        known = found


def test_what_is_said_once_is_read_anew() -> None:
    known = Directory.from_document(START)
    moved = {**START, "zone": "Australia/Perth"}
    assert told(beside(known, moved)) == told(Directory.from_document(moved))


def test_a_change_leaves_the_version_before_it_as_it_was() -> None:
    known = Directory.from_document(START)
    before = told(Directory.from_document(START))
    amended(known, {"people": {"p9": {"name": "Zoe"}}, "appointments": {"a2": None}})
    assert told(known) == before


def test_a_forum_is_changed_and_the_rest_is_shared() -> None:
    known = Directory.from_document(directory().document())
    forum = {**known.document()["forums"]["north-forum"], "quorum": 1, "title": "The forum"}
    after = amended(known, {"forums": {"north-forum": forum}})
    assert after.forum("north-forum").title == "The forum"
    assert after.people is known.people
    assert after.seating.appointments == known.seating.appointments


def test_only_the_seat_that_a_change_is_about_is_made_anew() -> None:
    known = Directory.from_document(START)
    moved = {**START["appointments"]["a1"], "until": "2026-07-01"}
    after = amended(known, {"appointments": {"a1": moved}}).seating
    seats = {key: seat for key, seat in after.seats.items() if seat is not known.seating.seats[key]}
    assert seats.keys() == {("roads", "function_manager", None, "bay", False)}
    assert after.appointments["a0"] is known.seating.appointments["a0"]
    assert after.acting["t0"] is known.seating.acting["t0"]
