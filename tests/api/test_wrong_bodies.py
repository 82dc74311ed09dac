"""Each wrong body: the status, the place, and the words that a person reads."""

import json
from typing import Any

import pytest

from tests.api.service import COMPLAINT, Service, fault, problem

WORDS: list[tuple[str, Any, str, str]] = [
    ("title", "", "too_short", "found empty text, expected text that is not empty"),
    ("title", "  ", "too_short", "found nothing but space, expected text that is not empty"),
    (
        "title",
        "x" * 301,
        "too_long",
        "found 301 characters, expected text of at most 300 characters",
    ),
    ("title", 7, "wrong_value", "found `7`, expected text"),
    ("title", None, "wrong_value", "found null, expected text"),
    ("title", ["a"], "wrong_value", "found a list of 1, expected text"),
    ("title", "a\nb", "line_break", "found a line break or tab at position 1, expected one line"),
    ("title", "a\u2028b", "line_break", "found a line break or tab at position 1"),
    ("title", "a\x00b", "control_character", "found the control character U+0000 at position 1"),
    ("title", "a\x1bb", "control_character", "found the control character U+001B at position 1"),
    ("title", "a\u202eb", "unpaired_direction", "direction mark U+202E at position 1 without its"),
    ("title", "a\u2069b", "unpaired_direction", "direction mark U+2069 at position 1 without its"),
    ("title", "\u2067a\u202c", "unpaired_direction", "direction mark U+202C at position 2"),
    ("title", "a\ud800", "lone_surrogate", "half of a character (\\ud800) at position 1"),
    ("description", "x" * 20_001, "too_long", "found 20,001 characters, expected"),
    ("description", "a\x00", "control_character", "U+0000 at position 1"),
    ("agency", "rivres", "unknown_reference", "`meridian`, `fisheries`, `records`, `rivers`"),
    ("agency", "treasury", "unknown_reference", "found `treasury`, expected"),
    ("kind", "complain", "unknown_word", "expected `complaint` or `issue`; the nearest is"),
    ("channel", "fone", "unknown_word", "; the nearest is `phone`"),
    ("severity", "hihg", "unknown_word", "; the nearest is `high`"),
    ("severity", "HIGH", "unknown_word", "; the nearest is `high`"),
    ("function", "payrol", "unknown_reference", "; the nearest is `payroll`"),
    ("service", "fleet", "wrong_value", "a service of `procurement`"),
    ("also_affects", "rivers", "wrong_value", "found `rivers`, expected a list"),
    ("themes", ["pay", "pay"], "twice", "found the same theme more than once"),
    ("themes", ["t"] * 21, "too_long", "found 21 of them, expected at most 20 of them"),
    ("raiser", [], "wrong_value", "found a list of 0, expected an object"),
    ("sensitive", ["secret"], "unknown_word", "expected `public_interest_disclosure`"),
    ("external_refs", [{"system": "j", "id": "1"}] * 2, "twice", "found the same system and id"),
    ("severty", "high", "unknown_field", "; the nearest is `severity`"),
    ("rung", "ceo_board", "unknown_field", "found `rung`, expected one of"),
    ("status", "closed", "unknown_field", "found `status`"),
    ("id", "iss_1", "unknown_field", "found `id`"),
    ("created_at", "2020-01-01T00:00:00Z", "unknown_field", "found `created_at`"),
]


@pytest.mark.parametrize(("name", "value", "code", "words"), WORDS)
def test_a_wrong_value_is_told_with_its_place(
    shared: Service, name: str, value: Any, code: str, words: str
) -> None:
    answer = shared.post("/v1/issues", {**COMPLAINT, name: value})
    told = answer.json()
    assert answer.status_code == 422, told
    entry = next(each for each in told["errors"] if each["code"] == code)
    assert entry["source"]["pointer"].startswith(f"/{name}")
    assert words in entry["detail"]


INSTANTS = [
    ("2026-03-01", "wrong_instant", "expected an instant with its zone"),
    ("2026-03-01T09:00:00", "zone_missing", "found `2026-03-01T09:00:00` without a zone"),
    ("2026-03-01 09:00:00Z", "wrong_instant", "found `2026-03-01 09:00:00Z`"),
    ("0000-03-01T09:00:00Z", "year_out_of_range", "expected a year from 1900 to 2200"),
    ("9999-12-31T23:59:59Z", "year_out_of_range", "expected a year from 1900 to 2200"),
    ("1899-12-31T23:59:59Z", "year_out_of_range", "expected a year from 1900 to 2200"),
    ("2026-02-30T09:00:00Z", "wrong_instant", "which no calendar or clock has"),
    ("2026-03-01T25:00:00Z", "wrong_instant", "which no calendar or clock has"),
    ("2026-03-01T09:00:60Z", "wrong_instant", "which no calendar or clock has"),
    ("2026-03-01T09:00:00+25:00", "wrong_instant", "which no calendar or clock has"),
    ("tomorrow", "wrong_instant", "found `tomorrow`"),
    (0, "wrong_instant", "found `0`, expected an instant"),
    (1772323200, "wrong_instant", "found `1772323200`, expected an instant"),
    (True, "wrong_instant", "found `True`"),
]


@pytest.mark.parametrize(("value", "code", "words"), INSTANTS)
def test_a_time_that_is_none_is_told(shared: Service, value: Any, code: str, words: str) -> None:
    answer = shared.post("/v1/issues", {**COMPLAINT, "received_at": value})
    assert words in fault(answer, 422, code, {"pointer": "/received_at"})


@pytest.mark.parametrize(
    "value",
    ["2026-03-01T09:00:00+10:00", "2026-03-01t09:00:00z", "2026-03-01T09:00:00.123456789Z"],
)
def test_a_time_with_its_zone_is_taken_whatever_its_spelling(shared: Service, value: str) -> None:
    assert shared.log(received_at=value)["received_at"].startswith("2026-0")


@pytest.mark.parametrize(
    "text",
    ["\u200f\u05e2\u05d1\u200e", "\u2067a\u2069", "\u202ba\u202c", "\U0001f469\u200d\U0001f467"],
)
def test_writing_of_every_direction_is_kept_as_it_is(shared: Service, text: str) -> None:
    issue = shared.log(title=text, description=f"{text}\n\t{text}")
    assert shared.found(f"/v1/issues/{issue['id']}")["title"] == text


BROKEN: list[tuple[bytes, int, str, str]] = [
    (b"", 400, "malformed", "The body is empty; send a JSON object."),
    (b"{", 400, "malformed", "The body is not JSON: Expecting property name"),
    (b'{"title": "a",}', 400, "malformed", "line 1, column"),
    (b"{'title': 1}", 400, "malformed", "The body is not JSON"),
    (b'{"title": "\xff"}', 400, "malformed", "not UTF-8: byte 11 is 0xff"),
    (b"\xef\xbb\xbf{}", 400, "malformed", "The body is not JSON"),
    ('{"title": "é"}'.encode("utf-16"), 400, "malformed", "not UTF-8: byte 0 is 0xff"),
    (b'{"title": "a\x00b"}', 400, "malformed", "Invalid control character"),
    (b"[" * 21 + b"]" * 21, 413, "too_deep", "nested deeper than 20 levels, at byte 20"),
    (b"[" * 100_000, 413, "too_deep", "nested deeper than 20 levels"),
    (b'{"a":' * 30 + b"1" + b"}" * 30, 413, "too_deep", "nested deeper than 20 levels"),
]


@pytest.mark.parametrize(("raw", "status", "code", "words"), BROKEN)
def test_a_body_that_cannot_be_read_is_told(
    shared: Service, raw: bytes, status: int, code: str, words: str
) -> None:
    answer = shared.post("/v1/issues", raw=raw)
    assert words in problem(answer, status, code)["detail"]


def test_brackets_within_text_are_not_nesting(shared: Service) -> None:
    assert shared.log(description="[" * 200 + '\\" {' * 50)["description"].startswith("[[[")


@pytest.mark.parametrize("sent", ["[]", '"text"', "7", "null"])
def test_a_body_that_is_no_object_is_told(shared: Service, sent: str) -> None:
    answer = shared.post("/v1/issues", raw=sent.encode())
    assert "expected an object" in fault(answer, 422, "wrong_value", {"pointer": ""})


AMBIGUOUS = [
    ('{"title": "a", "title": "b"}', "duplicate_name", "/title", "found `title` more than once"),
    ('{"raiser": {"name": 1, "name": 2}}', "duplicate_name", "/raiser/name", "found `name` more"),
    ('{"themes": [NaN]}', "wrong_number", "/themes/0", "found `NaN`, expected a number"),
    ('{"title": -Infinity}', "wrong_number", "/title", "found `-Infinity`"),
    ('{"title": 1e999}', "wrong_number", "/title", "found `1e999`"),
    ('{"title": ' + "9" * 101 + "}", "wrong_number", "/title", "(101 characters)"),
    ('{"title": 0.' + "9" * 5_000 + "}", "wrong_number", "/title", "(5002 characters)"),
]


@pytest.mark.parametrize(("text", "code", "pointer", "words"), AMBIGUOUS)
def test_what_can_be_read_in_two_ways_is_refused_with_its_place(
    shared: Service, text: str, code: str, pointer: str, words: str
) -> None:
    answer = shared.post("/v1/issues", raw=text.encode())
    assert words in fault(answer, 400, code, {"pointer": pointer})


@pytest.mark.parametrize("sent", ['{"a": NaN, "b', '{"a": 1, "a": 2, "\x01": 3}', '{"a": [NaN}'])
def test_a_body_that_breaks_off_after_what_is_ambiguous_is_no_json(
    shared: Service, sent: str
) -> None:
    problem(shared.post("/v1/issues", raw=sent.encode()), 400, "malformed")


def test_a_number_of_ten_thousand_digits_takes_no_time(shared: Service) -> None:
    answer = shared.post("/v1/issues", raw=b'{"title": ' + b"7" * 100_000 + b"}")
    fault(answer, 400, "wrong_number", {"pointer": "/title"})


def test_every_mistake_is_told_at_once(shared: Service) -> None:
    body = {"titel": "x", "agency": 7, "kind": "none", "received_at": "soon"}
    told = shared.post("/v1/issues", body).json()
    places = {error["source"]["pointer"]: error["code"] for error in told["errors"]}
    assert places == {
        "/titel": "unknown_field",
        "/agency": "wrong_value",
        "/kind": "unknown_word",
        "/received_at": "wrong_instant",
    }
    assert [error["id"] for error in told["errors"]] == [
        f"{told['request_id']}.{number}" for number in range(1, 5)
    ]


def test_a_body_that_is_too_large_is_refused_unread(shared: Service) -> None:
    limit = shared.container.settings.body_limit_bytes
    answer = shared.post("/v1/issues", raw=b" " * (limit + 1))
    told = problem(answer, 413, "too_large")
    assert told["detail"] == "The body is larger than 1,048,576 bytes, which is the limit."


def test_a_body_that_is_announced_too_large_is_refused_before_it_comes(shared: Service) -> None:
    answer = shared.post("/v1/issues", raw=b"{}", content_length="99999999")
    problem(answer, 413, "too_large")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("text/plain", "Text/plain is not taken here; send application/json in UTF-8."),
        ("application/x-www-form-urlencoded", "is not taken here"),
        ("application/json; charset=latin-1", "the charset latin-1 is not taken here"),
        ("", "Nothing is not taken here"),
    ],
)
def test_a_body_of_another_kind_is_told_which_is_taken(
    shared: Service, kind: str, words: str
) -> None:
    answer = shared.post("/v1/issues", dict(COMPLAINT), content_type=kind)
    told = problem(answer, 415, "unsupported_media_type")
    assert words.lower() in told["detail"].lower()
    assert answer.headers["accept-post"] == "application/json"


@pytest.mark.parametrize("kind", ["application/json; charset=UTF-8", "application/problem+json"])
def test_json_is_known_by_its_other_names(shared: Service, kind: str) -> None:
    answer = shared.post("/v1/issues", dict(COMPLAINT), content_type=kind)
    assert answer.status_code == 201


RAISERS: list[tuple[dict[str, Any], str, str]] = [
    ({"type": "boss"}, "unknown_word", "/raiser/type"),
    ({"email": "nobody"}, "wrong_value", "/raiser/email"),
    ({"anonymous": True, "name": "Ana"}, "not_anonymous", "/raiser/anonymous"),
    ({"anonymous": "yes"}, "wrong_value", "/raiser/anonymous"),
    ({"role": "admin"}, "unknown_field", "/raiser/role"),
]


@pytest.mark.parametrize(("raiser", "code", "pointer"), RAISERS)
def test_a_raiser_that_cannot_be_is_told(
    shared: Service, raiser: dict[str, Any], code: str, pointer: str
) -> None:
    answer = shared.post("/v1/issues", {**COMPLAINT, "raiser": raiser})
    fault(answer, 422, code, {"pointer": pointer})


OUTCOMES: list[tuple[dict[str, Any], str, str]] = [
    ({"summary": "s"}, "missing", "/outcome/reasons"),
    ({"reasons": "r"}, "missing", "/outcome/summary"),
    ({"summary": "s", "reasons": "r", "cause": "moon"}, "unknown", "/outcome/cause"),
    (
        {"summary": "s", "reasons": "r", "further_action": 7},
        "wrong_value",
        "/outcome/further_action",
    ),
]


@pytest.mark.parametrize(("outcome", "code", "pointer"), OUTCOMES)
def test_an_outcome_that_cannot_be_is_told(
    shared: Service, outcome: dict[str, Any], code: str, pointer: str
) -> None:
    answer = shared.post("/v1/issues", {**COMPLAINT, "outcome": outcome})
    fault(answer, 422, code, {"pointer": pointer})


ACTS: list[tuple[str, dict[str, Any], str, str]] = [
    ("hold", {"reason": "r", "until": "soon", "awaiting": "raiser"}, "wrong_instant", "/until"),
    ("hold", {"reason": "r", "until": "2026-03-03T00:00:00Z", "awaiting": "rain"},
     "unknown_word", "/awaiting"),
    ("note", {"text": ""}, "too_short", "/text"),
    ("note", {"text": "x" * 10_001}, "too_long", "/text"),
    ("note", {"text": "x", "visibility": "public"}, "unknown_word", "/visibility"),
    ("reassign", {"seat": "left", "person": "priya-nair"}, "unknown_word", "/seat"),
    ("reassign", {"seat": "provider", "person": "priya"}, "unknown", "/person"),
    ("report-up", {"to": "bmf"}, "unknown", "/to"),
    ("skip", {"reason": "r", "to": "ceo"}, "unknown", "/to"),
    ("link", {"issue": "x", "as": "friend"}, "unknown_word", "/as"),
    ("reclassify", {"reason": "r", "function": "pay"}, "unknown_reference", "/function"),
    ("reclassify", {"reason": "r"}, "no_change", ""),
    ("dispute", {}, "missing", "/grounds"),
]  # fmt: skip


@pytest.mark.parametrize(("act", "body", "code", "pointer"), ACTS)
def test_an_act_with_a_wrong_value_is_told_with_its_place(
    shared: Service, act: str, body: dict[str, Any], code: str, pointer: str
) -> None:
    issue = shared.log()
    answer = shared.post(f"/v1/issues/{issue['id']}/acts/{act}", body, if_match='"1"')
    fault(answer, 422, code, {"pointer": pointer})


@pytest.mark.parametrize("sent", ["", "x" * 256, "a\tb"])
def test_an_idempotency_key_that_cannot_be_used_is_told(shared: Service, sent: str) -> None:
    raw = json.dumps(COMPLAINT).encode()
    answer = shared.post("/v1/issues", raw=raw, idempotency_key=sent)
    detail = fault(answer, 400, "wrong_header", {"parameter": "Idempotency-Key"})
    assert "expected 1 to 255 of printable ASCII" in detail
