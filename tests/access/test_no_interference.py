"""Two services that differ in what is hidden from somebody tell them the same, to the byte.

The operations are the product's own: what is added later is called here without a line more. One
that nothing sensible comes of has its reason in a table, and a test fails for any other.

``ESCALATION_OBSERVERS=all .venv/bin/pytest tests/access/test_no_interference.py``
"""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path

import pytest

from escalation.api.guarded import Guarded
from escalation.api.permissions import REQUIRED
from escalation.services.keys import KeyRole
from escalation.services.roles import Permission
from tests.access.estate import SCHOOLS
from tests.access.pairs import PAIRS, WORD
from tests.access.telling import Asking, Told
from tests.access.twins import Pair, mailed, posted, twins, words_of
from tests.api.service import Service
from tests.builders import copied_sqlite, postgres_copy

TELLS_OF_ALL = {
    "verify_record": "an auditor verifies every chain, and is told how many entries there are",
    "export_record": "an auditor has the hash of every entry, without what a sealed one says",
    "get_scorecard": "it counts sealed issues too, as the domain has it, and few as `null`",
    "get_metrics": "who runs the service counts everything in it; no issue is told apart",
}
"""What is about the whole record or the whole process, whatever it holds, for roles that are."""


@contextmanager
def _copies(request: pytest.FixtureRequest, folder: Path) -> Iterator[tuple[str, str]]:
    """The URLs of two furnished databases."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("furnished_sqlite")
        yield (
            copied_sqlite(template, folder / "one.db"),
            copied_sqlite(template, folder / "other.db"),
        )
        return
    server = request.getfixturevalue("postgres_server")
    furnished: str = request.getfixturevalue("furnished_postgres")
    with postgres_copy(server, furnished) as one, postgres_copy(server, furnished) as other:
        yield one, other


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    with _copies(request, tmp_path) as both:
        yield both


def looking(pair: Pair, database: str) -> list[str]:
    """Who looks: some, so that it takes a minute, or all; nobody in particular among them."""
    every = [*pair.observers, "nobody"]
    if os.environ.get("ESCALATION_OBSERVERS") == "all":  # noqa: TID251 - a test's own switch
        return every
    return every[::3] if database == "sqlite" else every[1::5]


def queries_of(service: Service) -> dict[str, frozenset[str]]:
    """The query parameters of each operation."""
    routes = [route for route in service.app.routes if isinstance(route, Guarded)]
    return {str(route.operation_id): route.queries for route in routes}


def differences(pair: Pair, asking: tuple[Asking, Asking]) -> list[str]:
    """Where the one tells somebody something else than the other."""
    one, other = asking
    kind = next(iter(pair.seen.values()))
    found = []
    told = zip_longest(
        (*one.reads(), *one.writes(kind), *one.again()),
        (*other.reads(), *other.writes(kind), *other.again()),
    )
    for here, there in told:
        differs = here != there and there.operation not in TELLS_OF_ALL
        if differs or _tells(there):
            found.append(_shown(here, there))
    return found


def _mailed_otherwise(one: Service, other: Service, person: str) -> list[str]:
    """What somebody is told by mail of the one and not of the other, or of what is hidden."""
    here, there = (
        Counter(map(tuple, map(words_of, mailed(each, person)))) for each in (one, other)
    )
    apart = [*(here - there), *(there - here)]
    said = [words for words in here | there if WORD in " ".join(words) and words not in apart]
    return [f"mail to {person}: {words}" for words in (*apart, *said)]


def _tells(told: Told) -> bool:
    """Whether an answer has a word of what is hidden that was not in the question."""
    return WORD.encode() in told.body.replace(told.what.encode(), b"")


def _shown(here: Told, there: Told) -> str:
    heads = sorted(set(here.headers) ^ set(there.headers))
    place = next(
        (
            n
            for n, pair in enumerate(zip(here.body, there.body, strict=False))
            if pair[0] != pair[1]
        ),
        0,
    )
    parts = [
        each.body[max(place - 100, 0) : place + 100].decode(errors="replace")
        for each in (here, there)
    ]
    return f"{here.what}: {here.status}, {there.status} {heads}\n  {parts[0]}\n  {parts[1]}"


@pytest.mark.slow
@pytest.mark.campaign
@pytest.mark.parametrize("name", PAIRS)
def test_who_may_not_see_it_is_told_the_same_whether_it_is_there_or_not(
    urls: tuple[str, str], tmp_path: Path, name: str
) -> None:
    pair = PAIRS[name]
    found = []
    with twins(pair, urls, tmp_path / "twins") as (one, other, hidden):
        queries = queries_of(one.service)
        for who in looking(pair, one.service.container.engine.dialect.name):
            role = pair.observers[who][0] if who in pair.observers else None
            asking = tuple(Asking(twin, who, role, hidden, queries) for twin in (one, other))
            found += differences(pair, (asking[0], asking[1]))
        # A key for a part binds who comes with it; what a person is mailed goes by their seats.
        persons = {who for _, who, part in pair.observers.values() if who is not None and not part}
        for person in sorted(persons):
            found += _mailed_otherwise(one.service, other.service, person)
        if pair.posted:
            for twin in (one, other):
                twin.service.container.outgoing.hand_on()
            letters = [posted(twin.service.container.engine) for twin in (one, other)]
            assert letters[0] == letters[1]
            assert letters[0]
    assert not found, "\n".join([f"{len(found)} answers differ", *found[:20]])


WHOLE_FILES = {
    Permission.MANAGE_DIRECTORY,
    Permission.PUBLISH_LADDERS,
    Permission.CHECK_LADDERS,
    Permission.PROPOSE_LADDERS,
    Permission.APPROVE_LADDERS,
}
"""What asks these changes what all read, by entries and files that hang together."""
_STATE = "an issue that has just been logged is not in the state for it"
_SEALED = "only for a sealed issue, and then for whoever sees it"
_MEETING = "a meeting that is still ahead is not in the state for it"
ANSWERED_ELSEWHERE: Mapping[str, str] = {
    **dict.fromkeys(
        ("resume_issue", "refer_back_issue", "give_advice_issue", "unlink_issue", "propose_issue",
         "agree_issue", "dissent_issue", "dispute_issue", "reopen_issue", "close_issue"),
        _STATE,
    ),
    **dict.fromkeys(
        ("name_issue", "unname_issue", "refer_issue", "record_referral_issue"), _SEALED
    ),
    **dict.fromkeys(
        ("attend_meeting", "close_meeting", "confirm_minutes", "note_item",
         "note_not_reached_item"),
        _MEETING,
    ),
    **dict.fromkeys(("defer_item", "withdraw_item"), "the item has been decided just before"),
    **dict.fromkeys(("act_unknown", "meeting_act_unknown"), "there is no such act"),
    **dict.fromkeys(("get_receipt", "write_by_receipt"), "who has the code of a receipt is let in"),
    **dict.fromkeys(
        ("answer_contact", "answer_feedback"),
        "who said it gave a name, and has no receipt to read an answer by",
    ),
    **dict.fromkeys(
        ("get_mailbox", "change_mailbox"), "a mailbox is for whose it is, by a key that names them"
    ),
    **dict.fromkeys(
        ("get_survey_page", "answer_survey_page", "get_survey_link", "answer_survey_link"),
        "who has the link of a survey is let in",
    ),
    "get_survey_invitation": "nobody is asked about an issue that is not settled",
    "import_survey": "a file is brought in, and no body that has a model",
    "get_ladder_change": "nobody has proposed one here",
    **dict.fromkeys(
        ("open_digest_link", "revoke_digest_link"), "the worker makes links"
    ),
    "receive_hook": "who can sign as its source is let in",
}  # fmt: skip
"""What is never answered well here, and why; its refusals are compared like any other answer."""


def test_every_operation_is_answered_well_or_has_its_reason(
    furnished_sqlite: Path, tmp_path: Path
) -> None:
    """So that a test which compares answers does not compare refusals alone."""
    pair = PAIRS["what is sealed"]
    urls = (
        copied_sqlite(furnished_sqlite, tmp_path / "one.db"),
        copied_sqlite(furnished_sqlite, tmp_path / "other.db"),
    )
    well, called = set(), set()
    with twins(pair, urls, tmp_path / "twins") as (one, _, hidden):
        queries = queries_of(one.service)
        for who in ("operator", "auditor", "framework owner", "nobody"):
            role = pair.observers[who][0] if who in pair.observers else None
            asking = Asking(one, who, role, hidden, queries)
            for told in (*asking.again(), *asking.writes(SCHOOLS), *asking.again()):
                called.add(told.operation)
                if told.status < 300:
                    well.add(told.operation)
    assert KeyRole.ADMIN not in {given[0] for given in pair.observers.values()}
    refused = {name for name in called - well if REQUIRED[name] not in WHOLE_FILES}
    assert refused == set(ANSWERED_ELSEWHERE)
