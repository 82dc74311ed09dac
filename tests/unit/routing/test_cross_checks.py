import pytest

from escalation.routing.cross_checks import check_against
from escalation.routing.directory import Directory
from escalation.routing.publication import Publication
from tests.unit.routing.samples import (
    CONFIG,
    DIRECTORY,
    LADDERS,
    LED,
    TODAY,
    Change,
    changed,
    directory,
    ladders,
    misfits,
    place_of,
)

ONLY_TECH = (
    (
        "    kind: business_manager_forum\n    of: cluster\n    owner: tech",
        "    kind: client_forum\n    of: cluster\n    owner: tech",
    ),
    ("    owner: north\n    calendar", "    owner: tech\n    calendar"),
)
WEEKLY = "    calendar: city\n    meeting: {rule: FREQ=WEEKLY"


def test_files_that_go_together_have_no_faults() -> None:
    assert misfits() == []


def test_the_shipped_files_go_together() -> None:
    text = (CONFIG / "escalation_ladders.yaml").read_bytes()
    published = Publication.read(text, "escalation_ladders.yaml", TODAY)
    known = Directory.read((CONFIG / "directory.yaml").read_bytes(), "directory.yaml")
    assert check_against(published, known) == []


@pytest.mark.parametrize(
    ("change", "place", "words"),
    [
        (("    provider: beta", "    provider: betta"), "beta\n    client", "`beta`"),
        (("    client: health", "    client: helth"), "health\n    cluster", "`health`"),
        (("    client: health", "    client: treasury"), "health\n    cluster", "`treasury`"),
        (("    cluster: north", "    cluster: nort"), "north\n    functions", "`north`"),
        (("[payroll, finance]", "[payroll, fin]"), "finance]\n    begins", "found `fin`"),
        (("services: [desk]", "services: [disk]"), "desk]", "the nearest is `desk`"),
        (("regions: [bay]", "regions: [bray]"), "bay]", "the nearest is `bay`"),
        (("corporate_purchaser: ann", "corporate_purchaser: anne"), "ann\n    ladders", "`ann`"),
        (("    cluster: north", "    cluster: tech"), "alpha\n    client: health", "provider of"),
        (("{severity: critical}", "{region: [bay, sea]}"), "{severity: critical}", "`sea`"),
    ],
)  # fmt: skip
def test_what_the_directory_does_not_know_is_told_in_the_ladder_file(
    change: Change, place: str, words: str
) -> None:
    message = misfits(change)[0]
    line = place_of(LADDERS, place).partition(":")[0]
    assert message.startswith(f"ladders.yaml:{line}:")
    assert words in message


def test_a_client_must_be_a_member_of_the_cluster() -> None:
    messages = misfits(("members: [health, roads]", "members: [roads]"))
    assert "expected a member of `north`: `roads`" in messages[0]


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (("hills: {title: Hills}", "hills: {title: Hills, calendar: citty}"), "hills: {title"),
        ((WEEKLY, WEEKLY.replace("city", "citty")), WEEKLY.strip()),
    ],
)  # fmt: skip
def test_a_calendar_that_the_ladder_file_lacks_is_told_in_the_directory(
    change: Change, line: str
) -> None:
    (message,) = misfits(change)
    number = place_of(changed(DIRECTORY, LED), line).partition(":")[0]
    assert message.startswith(f"directory.yaml:{number}:")
    assert message.endswith("the nearest is `city`")


def test_a_directory_that_came_by_request_is_told_by_pointer() -> None:
    known = Directory.from_document(
        directory(
            LED, ("hills: {title: Hills}", "hills: {title: Hills, calendar: citty}")
        ).document()
    )
    (fault,) = check_against(ladders(), known)
    assert fault.pointer == "/regions/hills/calendar"


def test_each_body_that_a_ladder_needs_must_be_there() -> None:
    messages = misfits(("    kind: ceo_board", "    kind: customer_forum"))
    assert len(messages) == 4  # two agreements, and the default ladder in two clusters
    assert all("expected a `ceo_board` of the initiative" in message for message in messages)
    north = misfits(*ONLY_TECH)
    assert [message.partition("for the cluster ")[2] for message in north] == ["`north`"]


def test_an_agreement_that_omits_a_forum_needs_none() -> None:
    with_forum = misfits(
        ("omit: [forum]", "omit: []"),
        *ONLY_TECH,
    )
    assert len(with_forum) == 2
