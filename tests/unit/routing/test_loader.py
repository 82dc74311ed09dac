from collections.abc import Callable

import pytest

from escalation.errors import EscalationError, Fault, Invalid
from escalation.routing.directory import Directory
from escalation.routing.document import read
from escalation.routing.ladder import LadderFile
from escalation.routing.loader import in_order, load, load_data
from escalation.routing.publication import Publication
from tests.unit.routing.samples import (
    DIRECTORY,
    LADDERS,
    TODAY,
    Change,
    place_of,
    refused_directory,
    refused_ladders,
    told,
)

TWELVE: tuple[Change, ...] = (
    ("label: one", "label: 1"),
    ("title: Coast", "titel: Coast"),
    ("zone: Australia/Sydney", "zone: Australia/Sidney"),
    ("default: medium", "default: meduim"),
    ("delivery_lead: Leaders\n", "delivery_lead: Leaders\n    delivery_lead: Again\n"),
    ("warnings: [75%]", "warnings: [0.75]"),
    ("review: 28 days", "review: 28 buisness days"),
    ("calendar: city\n    review", "calendar: ctiy\n    review"),
    ("agency: function_manager", "agency: function_manger"),
    ("    cluster: north\n", ""),
    ("omit: [forum]", "omit: [board]"),
    ("after: directors", "after: director"),
)

TOLD = """\
ladders.yaml:1:8: found `1`, expected text
ladders.yaml:13:5: found `titel`, expected `after_hours`, ~; the nearest is `title`
ladders.yaml:14:11: found `Australia/Sidney`, expected an IANA time zone ~ `Australia/Sydney`
ladders.yaml:19:12: found `meduim`, expected `critical`, ~; the nearest is `medium`
ladders.yaml:31:5: found `delivery_lead` again, expected each key once; it stands on line 30
ladders.yaml:57:16: found `0.75`, expected a percentage such as `75%`
ladders.yaml:66:13: found `28 buisness days`, expected ~; the nearest is `28 business days`
ladders.yaml:83:15: found the calendar `ctiy`, expected `city` or `coast`; the nearest is `city`
ladders.yaml:100:52: found `function_manger`, expected ~; the nearest is `function_manager`
ladders.yaml:141:3: found no `cluster`, expected it in `olas.ola-health`
ladders.yaml:154:16: found `board`, the last rung, which is never omitted; expected `managers`
ladders.yaml:156:20: found the rung `director`, expected ~; the nearest is `directors`
"""


def test_twelve_mistakes_give_twelve_messages_and_change_nothing() -> None:
    current = Publication.read(LADDERS, "ladders.yaml", TODAY)
    messages = refused_ladders(*TWELVE)
    assert len(messages) == 12
    for message, expected in zip(messages, TOLD.splitlines(), strict=True):
        begins, _, ends = expected.partition("~")
        assert message.startswith(begins)
        assert ends in message
    assert current == Publication.read(LADDERS, "ladders.yaml", TODAY)


@pytest.mark.parametrize("change", TWELVE, ids=lambda change: change[1][:30])
def test_each_of_the_twelve_alone_gives_its_one_message(change: Change) -> None:
    assert len(refused_ladders(change)) == 1


def test_a_refusal_says_that_nothing_was_changed() -> None:
    with pytest.raises(Invalid) as caught:
        load("label: x", LadderFile, "ladders.yaml", largest=100)
    assert caught.value.detail == "ladders.yaml is refused, and nothing was changed"
    assert {fault.code for fault in caught.value.errors} == {"missing_key"}


@pytest.mark.parametrize(
    ("change", "where", "said"),
    [
        (("title: City", "title: ''"), "title: City", "found empty text, expected text that is"),
        (("title: City", f"title: {'x' * 121}"), "title: City", "at most 120 characters"),
        (("title: City", "title: [a]"), "title: City", "found a list of 1, expected text"),
        (("title: City", "title: {a: b}"), "title: City", "found a table, expected text"),
        (("title: City", "title:"), "title: City", "found nothing, expected text"),
        (("title: City", "title: ~"), "title: City", "found `~`, expected text"),
        (("title: City", "title: 1.10"), "title: City", "found `1.10`, expected text"),
        (("title: City", "title: true"), "title: City", "found `true`, expected text"),
        (("carry_over_limit: 2", "carry_over_limit: '2'"), "carry_over_limit", "a whole number"),
        (("carry_over_limit: 2", "carry_over_limit: 010"), "carry_over_limit", "`010`"),
        (("carry_over_limit: 2", "carry_over_limit: 0x2"), "carry_over_limit", "`0x2`"),
        (("carry_over_limit: 2", "carry_over_limit: -1"), "carry_over_limit", "at least 0"),
        (("carry_over_limit: 2", "carry_over_limit: 1000"), "carry_over_limit", "at most 999"),
        (("default: true", "default: yes"), "default: true", "found `yes`, expected `true`"),
        (("default: true", "default: 1"), "default: true", "found `1`, expected `true`"),
        (("sensitive: human_rights", "sensitive: []"), "sensitive:", "found a list of 0, expected"),
        (("sensitive: human_rights", "sensitive: privcy"), "sensitive:", "nearest is `privacy`"),
        (("  rungs:\n      - id: managers", "  rungs:\n      - id: Managers!"), "id: managers",
         "a word in lower case"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_told_at_its_own_place(change: Change, where: str, said: str) -> None:
    line = place_of(LADDERS, where).partition(":")[0]
    messages = [m for m in refused_ladders(change) if m.startswith(f"ladders.yaml:{line}:")]
    assert len(messages) == 1
    assert said in messages[0]


def test_a_word_of_a_closed_set_names_the_set() -> None:
    (message,) = refused_ladders(
        ("zone: Australia/Brisbane\n", "zone: Australia/Brisbane\n    after_hours: sameday\n")
    )
    assert "found `sameday`, expected `same_day` or `next_business_day`" in message


def test_a_missing_key_is_told_at_the_key_of_its_table() -> None:
    (message,) = refused_ladders(("    title: City\n", ""))
    assert message == "ladders.yaml:3:3: found no `title`, expected it in `calendars.city`"


def test_a_missing_key_of_the_whole_file_is_told_at_its_start() -> None:
    (message,) = refused_ladders(("label: one\n", ""))
    assert message == "ladders.yaml:1:1: found no `label`, expected it"


def test_a_missing_key_of_a_list_item_is_told_at_the_item() -> None:
    (message,) = refused_ladders(
        ("      - id: managers\n        title: Managers\n", "      - id: managers\n")
    )
    assert message.startswith(f"ladders.yaml:{place_of(LADDERS, 'id: managers')}: found no `title`")


def test_an_unknown_key_of_a_list_item_names_the_nearest() -> None:
    (message,) = refused_ladders(("empty_seat: alternate", "empty_saet: alternate"))
    assert message.startswith(f"ladders.yaml:{place_of(LADDERS, 'empty_seat: alternate')}:")
    assert message.endswith("the nearest is `empty_seat`")


def test_an_unknown_key_that_is_like_none_is_told_beside_what_is_missing() -> None:
    messages = refused_ladders(("    title: City\n", "    qqq: City\n"))
    assert len(messages) == 2


def test_a_key_that_must_be_a_word_of_a_set_is_told_at_the_key() -> None:
    (message,) = refused_ladders(("target: {medium:", "target: {medum:"))
    assert message.startswith(f"ladders.yaml:{place_of(LADDERS, 'medium: 1 business day}')}:")
    assert "the nearest is `medium`" in message


def test_a_key_that_is_no_word_is_told_at_the_key() -> None:
    (message,) = refused_ladders(("causes: {process: Process}", "causes: {Big Process: Process}"))
    column = place_of(LADDERS, "process: Process")
    assert message.startswith(f"ladders.yaml:{column}: found `Big Process`, expected a word")


def test_what_a_fault_of_form_spoilt_is_told_once() -> None:
    messages = refused_ladders(("lead: provider", "lead: *provider"), ("[75%]", "!list [75%]"))
    assert len(messages) == 2


def test_a_file_that_is_no_yaml_is_told_where_it_breaks() -> None:
    (message,) = refused_ladders(("label: one", "label: one: two"))
    assert message.startswith("ladders.yaml:1:11: found no YAML")


@pytest.mark.parametrize("text", ["", "# nothing\n", "words", "- a\n", "5"])
def test_a_file_that_is_no_table_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        Publication.read(text, "ladders.yaml", TODAY)
    assert "expected a table of keys and values" in told(caught.value)[0]


def test_a_directory_tells_all_its_mistakes_too() -> None:
    messages = refused_directory(
        ("name: Cy Cole", "nam: Cy Cole"),
        ("person: ann", "person: anne"),
        ("rule: FREQ=WEEKLY", "rule: FREQ=WEEKY"),
        ("owner: tech", "owner: teck"),
        ("central: true", "central: yes"),
    )
    assert len(messages) == 5


def test_plain_data_is_refused_by_pointer() -> None:
    with pytest.raises(Invalid) as caught:
        load_data({"a/b": {"c~": 1}}, LadderFile, "request")
    pointers = {fault.pointer for fault in caught.value.errors}
    assert "/a~1b" in pointers
    assert "" in pointers
    assert all(fault.file is None for fault in caught.value.errors)


def test_faults_come_in_the_order_of_their_places_and_once() -> None:
    faults = [Fault("a", "x", file=f"f:{place}") for place in ("10:1", "9:20", "9:3", "9:3")]
    assert [fault.file for fault in in_order(faults)] == ["f:9:3", "f:9:20", "f:10:1"]


def refusal(read_it: Callable[[str, str], object], text: str) -> EscalationError | None:
    try:
        read_it(text, "f.yaml")
    except EscalationError as error:
        return error
    return None


def read_ladders(text: str, name: str) -> Publication:
    return Publication.read(text, name, TODAY)


@pytest.mark.parametrize("first", [0, 3])
def test_a_value_of_the_wrong_shape_anywhere_is_refused_and_never_trips(first: int) -> None:
    words = ["{}", "[]", "null", "5", "true", "x", "[x, {y: z}]", "{x: {}}"]
    lines = LADDERS.splitlines()
    for number, line in enumerate(lines):
        key, colon, _ = line.partition(":")
        spoilt = f"{key}{colon} {words[(number + first) % len(words)]}"
        error = refusal(read_ladders, "\n".join([*lines[:number], spoilt, *lines[number + 1 :]]))
        assert error is None or error.errors


@pytest.mark.parametrize(
    ("text", "read_it"), [(DIRECTORY, Directory.read), (LADDERS, read_ladders)], ids=["d", "l"]
)
def test_any_line_may_be_lost(text: str, read_it: Callable[[str, str], object]) -> None:
    lines = text.splitlines()
    for number in range(len(lines)):
        error = refusal(read_it, "\n".join(lines[:number] + lines[number + 1 :]))
        assert error is None or error.errors


def test_a_document_is_read_the_same_from_text_and_bytes() -> None:
    assert read(LADDERS, "f", 10**6).data == read(LADDERS.encode(), "f", 10**6).data
