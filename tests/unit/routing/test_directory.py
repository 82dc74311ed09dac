import json
from copy import deepcopy
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from escalation.errors import Invalid, NotFound
from escalation.routing.directory import Directory
from escalation.routing.effective import ForumRef
from escalation.routing.terms import ALWAYS, Eras, Term, term
from escalation.routing.vocabulary import ForumKind, ForumOwner
from tests.unit.routing.samples import CONFIG, NOW, Change, directory, refused_directory

KNOWN = directory()
BRISBANE = ZoneInfo("Australia/Brisbane")
FORUM = ForumRef(ForumKind.BUSINESS_MANAGER_FORUM, ForumOwner.CLUSTER)

TECH_MEMBERS = """\
    members:
      - {role: account_manager, party: beta}
      - {role: business_manager, party: alpha}
"""


def test_what_is_there_is_found_by_its_code() -> None:
    assert KNOWN.person("ann").name == "Ann Ames"
    assert KNOWN.party("alpha").is_provider
    assert not KNOWN.party("health").is_provider
    assert KNOWN.party("treasury").central
    assert KNOWN.forum("board").title == "Board"
    assert KNOWN.cluster("north").members == ("health", "roads")


def test_what_is_not_there_names_the_nearest() -> None:
    with pytest.raises(NotFound, match=r"person: found `anne`.*the nearest is `ann`"):
        KNOWN.person("anne")
    with pytest.raises(NotFound, match="party"):
        KNOWN.party("alfa")
    with pytest.raises(NotFound, match="forum"):
        KNOWN.forum("bored")
    with pytest.raises(NotFound, match="cluster"):
        KNOWN.cluster("nord")


def test_a_rungs_body_is_that_of_the_cluster_the_provider_or_the_initiative() -> None:
    north = KNOWN.forum_for(FORUM, "north", "alpha")
    tech = KNOWN.forum_for(FORUM, "tech", "beta")
    board = KNOWN.forum_for(ForumRef(ForumKind.CEO_BOARD, ForumOwner.INITIATIVE), None, "alpha")
    assert [forum and forum.code for forum in (north, tech, board)] == [
        "north-forum",
        "tech-forum",
        "board",
    ]
    missing = ForumRef(ForumKind.GOVERNING_BOARD, ForumOwner.PROVIDER)
    assert KNOWN.forum_for(missing, "north", "alpha") is None
    assert KNOWN.forum_for(FORUM, None, "alpha") is None


def test_a_forum_knows_when_it_meets_and_who_sits_in_it_that_day() -> None:
    forum = KNOWN.forum("north-forum")
    first = forum.meeting.first_after(datetime(2026, 11, 1, tzinfo=UTC))
    assert first == datetime(2026, 11, 10, 0, 0, tzinfo=UTC)
    assert KNOWN.forum("tech-forum").meeting.zone == "Australia/Sydney"
    before = datetime(2026, 6, 30, 13, 59, 59, tzinfo=UTC)
    after = datetime(2026, 6, 30, 14, 0, tzinfo=UTC)
    assert [member.party for member in forum.members_at(before)] == ["alpha", "health"]
    assert [member.party for member in forum.members_at(after)] == ["alpha", "roads"]


def test_a_cluster_is_found_by_provider_and_client() -> None:
    assert KNOWN.cluster_of("alpha", "health") == "north"
    assert KNOWN.cluster_of("beta", "alpha") == "tech"
    assert KNOWN.cluster_of("beta", "health") is None


def test_a_directory_is_stored_as_a_document_and_comes_back_the_same() -> None:
    for source in (KNOWN, Directory.read((CONFIG / "directory.yaml").read_bytes(), "d.yaml")):
        document = source.document()
        stored = json.loads(json.dumps(document))
        again = Directory.from_document(stored)
        assert again.document() == document
        assert again.people == source.people
        assert again.seating.appointments == source.seating.appointments
        assert again.forums == source.forums


def test_a_document_is_checked_as_a_file_is() -> None:
    document = deepcopy(KNOWN.document())
    document["appointments"]["app-1"]["person"] = "anne"
    document["people"]["bob"]["name"] = ""
    with pytest.raises(Invalid) as caught:
        Directory.from_document(document, "request")
    pointers = {fault.pointer for fault in caught.value.errors}
    assert pointers == {"/appointments/app-1/person", "/people/bob/name"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("provider: alpha, members", "provider: alfa, members"), "the provider `alfa`"),
        (("members: [alpha]", "members: [gamma]"), "the party `gamma`"),
        (("observers: [treasury]", "observers: [tresury]"), "the nearest is `treasury`"),
        (("function: payroll}\n  desk", "function: pay}\n  desk"), "the function `pay`"),
        (("title: Bay centre, region: bay", "title: Bay centre, region: bray"), "`bay`"),
        (("app-1: {person: ann", "app-1: {person: anne"), "the person `anne`"),
        (("party: alpha, function: payroll, region: bay", "party: alpa"), "the party `alpa`"),
        (("function: payroll, region: bay}", "function: payrol}"), "the function `payrol`"),
        (("function: payroll, region: bay}", "region: boy}"), "the region `boy`"),
        (("party: health}", "party: health, from: 2026-07-01, until: 2026-06-30}"),
         "a later time than `2026-07-01`"),
        (("party: health}", "party: health, from: 2026-07-01T00:00:00+10:00, until: 2026-06-30}"),
         "found `2026-06-30`, expected a later time than `2026-07-01T00:00:00+10:00`"),
        (("party: health}", "party: health, from: 2026-07}"), "or an instant such as"),
        (("role: service_manager", "role: service_manger"), "the nearest is `service_manager`"),
        (("    owner: tech\n", ""), "found no `owner`"),
        (("    owner: tech\n", "    owner: teck\n"), "the nearest is `tech`"),
        (("    owner: tech\n", "    owner: north\n"), "a second `business_manager_forum`"),
        (("    of: initiative\n", "    of: initiative\n    owner: north\n"), "found an owner"),
        (("    of: initiative\n", "    of: initative\n"), "the nearest is `initiative`"),
        (("secretariat: bob", "secretariat: bobby"), "the nearest is `bob`"),
        (("reports_to: board", "reports_to: bored"), "the forum `bored`"),
        (("role: business_manager, party: health", "role: business_manager, party: helth"),
         "the nearest is `health`"),
        (("until: 2026-06-30}", "from: 2026-07-01, until: 2026-06-30}"), "a later time"),
        (("rule: FREQ=WEEKLY", "rule: FREQ=HOURLY"), "expected an RFC 5545 rule"),
        (("rule: FREQ=WEEKLY", "rule: 5"), "found `5`, expected text"),
        (("rule: FREQ=WEEKLY", "rule: FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=31"), "never comes round"),
        (("    quorum: 2\n", "    quorum: 4\n"), "found 4, expected at most 3"),
        ((TECH_MEMBERS, ""), "expected `members`: a forum without voting seats decides nothing"),
        (("start: 2026-01-13T10:00", "start: 2026-01-13"), "a local date and time"),
        (("start: 2026-01-13T10:00", "start: 5"), "a local date and time"),
        (("zone: Australia/Sydney", "zone: Sydney"), "an IANA time zone"),
        (("signatories: [alpha, health", "signatories: [alpha, helth"), "`health`"),
        (("cluster: north\n", "cluster: nort\n"), "the nearest is `north`"),
        (("ends: 2027-06-30", "ends: 2024-06-30"), "a date from `2025-07-01` on"),
    ],
)  # fmt: skip
def test_parts_of_a_directory_that_do_not_fit_are_refused(change: Change, words: str) -> None:
    messages = refused_directory(change)
    assert len(messages) == 1
    assert words in messages[0]


def test_nobody_is_known_to_the_provider_as_somebody_else_is() -> None:
    document = deepcopy(KNOWN.document())
    for person, subject in (("ann", "00u1"), ("bob", "00u2")):
        document["people"][person]["subject"] = subject
    assert Directory.from_document(document).subjects == {"00u1": "ann", "00u2": "bob"}
    document["people"]["bob"]["subject"] = "00u1"
    with pytest.raises(Invalid, match="found the subject of `ann`, expected one of their own"):
        Directory.from_document(document)


def test_an_address_names_the_only_person_who_has_it() -> None:
    document = deepcopy(KNOWN.document())
    document["people"]["ann"]["email"] = "Ann@alpha.example"
    found = Directory.from_document(document)
    assert found.by_email("ann@ALPHA.example") == "ann"
    for person in document["people"].keys() - {"bob"}:
        document["people"][person].setdefault("email", f"{person}@alpha.example")
    assert Directory.from_document(document).by_email("") is None
    document["people"]["bob"]["email"] = "ann@alpha.example"
    assert Directory.from_document(document).by_email("ann@alpha.example") is None


def test_parties_share_one_namespace() -> None:
    messages = refused_directory(("  roads: {title: Roads}", "  beta: {title: Roads}"))
    assert "found `beta`, a provider's code; expected one of its own" in messages[0]


def test_a_term_may_be_one_day_long() -> None:
    one_day = "party: health, from: 2026-07-01, until: 2026-07-01}"
    appointment = directory(("party: health}", one_day)).seating.appointments["app-5"]
    assert appointment.term.end - appointment.term.start == 86400


def test_a_term_is_left_alone_where_the_zone_is_unknown() -> None:
    late = "party: health, from: 2026-07-01, until: 2026-06-30}"
    messages = refused_directory(("zone: Australia", "zone: Astralia"), ("party: health}", late))
    assert len(messages) == 1


def test_a_term_holds_whole_local_days() -> None:
    june = term(date(2026, 6, 1), date(2026, 6, 30), BRISBANE)
    assert june.start == int(datetime(2026, 5, 31, 14, tzinfo=UTC).timestamp())
    assert june.end == int(datetime(2026, 6, 30, 14, tzinfo=UTC).timestamp())
    assert june.holds(june.start)
    assert june.holds(june.end - 1)
    assert not june.holds(june.end)


def test_a_term_may_be_bounded_by_instants_or_not_at_all() -> None:
    assert term(None, None, BRISBANE) == Term(-ALWAYS, ALWAYS)
    assert term(NOW, NOW, BRISBANE) == Term(int(NOW.timestamp()), int(NOW.timestamp()))


def test_an_era_changes_where_a_term_begins_or_ends() -> None:
    eras = Eras([Term(10, 20), Term(15, ALWAYS)])
    assert [eras.at(second) for second in (9, 10, 14, 15, 19, 20, 10**9)] == [0, 1, 1, 2, 2, 3, 3]


def test_the_memory_is_emptied_when_it_is_full() -> None:
    known = directory()
    for number in range(65_537):
        known.remember(("n", number), number)
    assert len(known.memo) == 1


def test_two_forums_whose_decisions_would_be_numbered_alike_are_refused() -> None:
    changes = (
        ("title: North forum\n", "title: North forum\n    short: BMF\n"),
        ("title: Tech forum\n", "title: Tech forum\n    short: BMF\n"),
    )
    error = refused_directory(*changes)
    assert "numbers the decisions of `north-forum`" in str(error)
    named = directory(*changes[:1])
    assert (named.forum("north-forum").short, named.forum("board").short) == ("BMF", "BOARD")


def test_a_partnering_forum_sits_by_its_agreement_while_that_runs() -> None:
    whole = Directory.read((CONFIG / "directory.yaml").read_bytes(), "directory.yaml")
    forum = whole.forum("pf-southern-cross")
    now = {f"{m.role}@{m.party}" for m in forum.members_at(datetime(2026, 3, 2, tzinfo=UTC))}
    assert now >= {"executive_director@meridian", "executive_director@corptech"}
    assert "corporate_purchaser@rivers" in now
    assert len(now) == 8
    assert forum.members_at(datetime(2029, 7, 1, tzinfo=UTC)) == ()
    document = whole.document()
    entry = document["forums"]["pf-southern-cross"]
    for wrong, code in (
        ({"agreement": "pa-technology"}, "wrong_value"),
        ({"agreement": "pa-none"}, "unknown_reference"),
        ({"quorum": 9}, "wrong_value"),
        ({"kind": "client_forum"}, "wrong_value"),
    ):
        document["forums"]["pf-southern-cross"] = {**entry, **wrong}
        with pytest.raises(Invalid) as refused:
            Directory.from_document(document)
        assert code in {fault.code for fault in refused.value.errors}, wrong
    more = {"members": [{"role": "ceo", "party": "rivers"}], "quorum": 9}
    document["forums"]["pf-southern-cross"] = {**entry, **more}
    assert len(Directory.from_document(document).forum("pf-southern-cross").members) == 9
    twice = {"members": [{"role": "executive_director", "party": "meridian"}]}
    document["forums"]["pf-southern-cross"] = {**entry, **twice}
    assert len(Directory.from_document(document).forum("pf-southern-cross").members) == 8


def test_a_forum_that_is_to_approve_has_to_be_there() -> None:
    whole = Directory.read((CONFIG / "directory.yaml").read_bytes(), "directory.yaml")
    document = whole.document()
    partners = document["partnering_agreements"]
    partners["pa-technology"] = {**partners["pa-technology"], "ladder_changes": "forum"}
    Directory.from_document(document)
    del document["forums"]["pf-technology"]
    document["forums"]["bmf-technology"] = {
        k: v for k, v in document["forums"]["bmf-technology"].items() if k != "reports_to"
    }
    with pytest.raises(Invalid) as refused:
        Directory.from_document(document)
    assert [fault.code for fault in refused.value.errors] == ["missing_forum"]
