"""Only who holds the secret gets in, and nobody learns which sources there are."""

from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta

import pytest
from standardwebhooks import Webhook
from structlog.testing import capture_logs

from escalation.services.inbound import verifying
from escalation.services.inbound.fields import Check
from tests.fakes import MONDAY
from tests.inbound.hooked import Hooked, sample, shipped
from tests.inbound.signing import SECRETS, SIGNERS, signed, text

BODY = text({"ticket": "T-1"})


def lower(headers: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def good(
    tool: str,
    headers: dict[str, str],
    body: bytes = BODY,
    *,
    secrets: tuple[str, ...] | None = None,
    after: timedelta = timedelta(),
) -> bool:
    given = (SECRETS[tool],) if secrets is None else secrets
    checks = shipped()[tool].verify
    return verifying.verified(checks, given, lower(headers), body, MONDAY + after)


@pytest.mark.parametrize("tool", sorted(SIGNERS))
def test_what_a_tool_signs_is_taken_and_nothing_else(tool: str) -> None:
    headers = signed(tool, BODY, MONDAY, "d-1")
    assert good(tool, headers)
    assert not good(tool, {})
    assert not good(tool, headers, secrets=("another",))
    assert not good(tool, headers, secrets=())
    assert good(tool, headers, secrets=("the new one", SECRETS[tool]))


@pytest.mark.parametrize(
    "tool", ["jira", "zendesk", "servicenow", "pagerduty", "github", "generic"]
)
def test_a_body_with_one_bit_changed_is_not_taken(tool: str) -> None:
    headers = signed(tool, BODY, MONDAY, "d-1")
    for place in range(len(BODY)):
        changed = bytearray(BODY)
        changed[place] ^= 1
        assert not good(tool, headers, bytes(changed))


@pytest.mark.parametrize("tool", ["zendesk", "servicenow", "generic", "cloudevents"])
def test_a_signed_instant_is_good_for_five_minutes(tool: str) -> None:
    headers = signed(tool, BODY, MONDAY, "d-1")
    minute, second = timedelta(minutes=1), timedelta(seconds=1)
    assert good(tool, headers, after=5 * minute)
    assert not good(tool, headers, after=5 * minute + second)
    assert good(tool, headers, after=-minute)
    assert not good(tool, headers, after=-minute - second)


def test_the_specifications_own_library_signs_what_is_taken() -> None:
    body = BODY.decode()
    sign = Webhook(SECRETS["generic"]).sign("msg-1", MONDAY, body)
    headers = {
        "webhook-id": "msg-1",
        "webhook-timestamp": str(int(MONDAY.timestamp())),
        "webhook-signature": f"v1,AAAA {sign}",
    }
    assert good("generic", headers)
    assert not good("generic", {**headers, "webhook-id": "msg-2"})


@pytest.mark.parametrize("tool", sorted(SIGNERS))
@pytest.mark.parametrize(
    "odd", ["", "é" * 40, "\xff\xfe", "=", "v1=", "sha256=", "Basic", "9" * 5000]
)
def test_no_header_makes_a_check_trip(tool: str, odd: str) -> None:
    headers = dict.fromkeys(signed(tool, BODY, MONDAY, "d-1"), odd)
    assert not good(tool, headers)
    assert not good(tool, {**headers, "authorization": odd})


def test_other_digests_encodings_and_templates() -> None:
    from_file: Callable[[dict[str, object]], Check] = Check.model_validate
    upper = from_file({"hmac": {"header": "X-Sig", "algorithm": "sha1"}})
    sent = {"x-sig": "DE7C9B85B8B78AA6BC8A7A36F70A90701C9DB4D9"}
    fox = b"The quick brown fox jumps over the lazy dog"
    assert verifying.verified((upper,), ("key",), sent, fox, MONDAY)  # RFC 2202's sort of vector
    anyone = from_file({"none": "anyone_may_post"})
    assert verifying.verified((anyone,), (), {}, b"", MONDAY)


def test_a_stranger_and_a_forger_are_answered_alike(hooked: Hooked) -> None:
    forged = hooked.service.post("/v1/hooks/jira", raw=BODY, key=None, x_hub_signature="sha256=00")
    unsigned = hooked.service.post("/v1/hooks/jira", raw=BODY, key=None)
    stranger = hooked.service.post("/v1/hooks/nobody", raw=BODY, key=None)
    broken = hooked.service.post("/v1/hooks/jira", raw=b"{", key=None)
    told = []
    for answer in (forged, unsigned, stranger, broken):
        assert answer.status_code == 401
        body = answer.json()
        told.append({**body, "instance": "", "request_id": ""})
        assert set(answer.headers) == set(stranger.headers)
    assert all(each == told[0] for each in told)


@pytest.mark.parametrize("tool", sorted(SIGNERS))
@pytest.mark.parametrize("secrets", [(), ("one",), ("one", "two")])
def test_a_refusal_costs_as_many_digests_whichever_source_it_is_of(
    tool: str, secrets: tuple[str, ...]
) -> None:
    checks = shipped()[tool].verify
    signed_ways = sum(check.hmac is not None for check in checks)
    made = signed_ways * len(secrets) + verifying.lacking(checks, secrets)
    stranger = 1 + verifying.lacking((verifying.STRANGER,), ("stranger",))
    assert made == stranger == verifying.DIGESTS


def test_a_source_whose_secret_is_not_set_lets_nobody_in(hooked: Hooked) -> None:
    hooked.rewrite("secrets: [jira]", "secrets: [jira-next]")
    assert hooked.send("jira", sample("jira", "created")).status_code == 401
    assert hooked.service.container.hooks.unset() == ["jira-next"]


def test_who_runs_the_service_is_told_why_a_delivery_was_refused_and_the_sender_is_not(
    hooked: Hooked,
) -> None:
    body, at = sample("zendesk", "created"), "x_zendesk_webhook_signature_timestamp"
    answers, told = [], []
    for more, source in (
        ({"x_zendesk_webhook_signature": "c29tZXRoaW5n"}, "zendesk"),
        ({at: "2026-03-01T00:00:00Z"}, "zendesk"),
        ({}, "github"),
        ({}, "servicenow"),
        ({}, "nowhere"),
        ({}, "elsewhere"),
    ):
        raw = text(body)
        sent = signed("zendesk", raw, hooked.service.clock.now(), "d")
        headers = {n.lower().replace("-", "_"): value for n, value in sent.items()} | more
        with capture_logs() as logs:
            answer = hooked.service.post(f"/v1/hooks/{source}", raw=raw, key=None, **headers)
            hooked.service.post(f"/v1/hooks/{source}", raw=raw, key=None, **headers)
        told += [(each["source"], each["why"]) for each in logs if each["event"] == "hook_refused"]
        answers.append((answer.status_code, answer.json()["detail"]))
    assert told == [
        ("zendesk", "what it was signed or sent with is not the secret that is set here"),
        ("zendesk", "its timestamp is missing, too old or ahead of this machine's clock"),
        ("github", "it has no header x-hub-signature-256"),
        ("servicenow", "it has no header authorization or webhook-signature"),
        (None, "no source is called `nowhere`"),
    ], "each reason once a minute, and once for all that is not known"
    assert len(set(answers)) == 1


def test_a_refusal_for_the_clock_or_for_want_of_a_secret_is_told_as_such() -> None:
    checks, sent = shipped()["zendesk"].verify, lower(signed("zendesk", BODY, MONDAY, "d"))
    late = MONDAY + timedelta(minutes=6)
    assert "timestamp" in verifying.told_of(checks, ("a",), sent, late)
    assert "is not the secret" in verifying.told_of(checks, ("a",), sent, MONDAY)
    assert "no secret of this source is set" in verifying.told_of(checks, (), sent, MONDAY)
    basic = shipped()["freshservice"].verify
    assert "authorization" in verifying.told_of(basic, ("a",), {}, MONDAY)
    users = {"fresh": "another user than freshservice", "freshservice": "is not the secret"}
    for user, why in users.items():
        word = b64encode(f"{user}:b".encode()).decode()
        sent = {"authorization": f"Basic {word}"}
        assert why in verifying.told_of(basic, ("a",), sent, MONDAY)
    for unread in ("Basic %", "Bearer b"):
        sent = {"authorization": unread}
        assert "is not the secret" in verifying.told_of(basic, ("a",), sent, MONDAY)


def test_secrets_are_kept_with_no_delivery(hooked: Hooked) -> None:
    for tool in ("freshservice", "gitlab", "jira"):
        body = sample(tool, "created" if tool != "gitlab" else "opened")
        kept = hooked.came(tool, body)
        assert SECRETS[tool] not in str(kept)
        assert not [name for name in kept["headers"] if "signature" in name or "auth" in name]
