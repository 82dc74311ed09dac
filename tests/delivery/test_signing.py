"""Signatures by Standard Webhooks, held to its own vectors and its own verifiers."""

import json
import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from escalation.clock import SystemClock
from escalation.delivery import retry, signing
from escalation.delivery.retry import Outcome, Result
from tests.fakes import MONDAY

# https://github.com/standard-webhooks/standard-webhooks (Apache-2.0 and MIT), at b2fa7b8:
# libraries/python/tests/test_webhooks.py and spec/standard-webhooks.md, restated.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - the specification's own example
MESSAGE = "msg_p5jXN8AQM9LWM0D4loKWxJek"
AT = datetime.fromtimestamp(1614265330, UTC)
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
SECONDS = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]


def test_the_fixed_vector_holds() -> None:
    assert signing.headers(MESSAGE, AT, BODY, [SECRET]) == {
        "webhook-id": MESSAGE,
        "webhook-timestamp": "1614265330",
        "webhook-signature": SIGNATURE,
    }


def test_the_retry_schedule_is_the_specification_s() -> None:
    assert [wait.total_seconds() for wait in retry.SCHEDULE] == SECONDS
    assert retry.ATTEMPTS == 10


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(200, "accepted"), (204, "accepted"), (301, "redirected"), (404, "refused"), (410, "gone"),
     (429, "refused"), (500, "refused"), (502, "refused"), (503, "refused"), (504, "refused")],
)  # fmt: skip
def test_statuses_mean_what_the_specification_says(status: int, outcome: str) -> None:
    assert retry.outcome_of(status).value == outcome


def test_both_secrets_verify_while_one_is_rotated() -> None:
    now = SystemClock().now()
    old, new = (signing.secret_of(bytes([n]) * 32) for n in (1, 2))
    headers = dict(signing.headers("evt_1", now, BODY, [new, old]))
    for secret in (old, new):
        assert Webhook(secret).verify(BODY, headers) == {"test": 2432232314}
    with pytest.raises(WebhookVerificationError):
        Webhook(signing.secret_of(bytes(32))).verify(BODY, headers)


def test_every_flipped_bit_is_noticed() -> None:
    now = SystemClock().now()
    headers = dict(signing.headers("evt_1", now, BODY, [SECRET]))
    for place in range(len(BODY)):
        flipped = bytearray(BODY)
        flipped[place] ^= 1
        with pytest.raises(WebhookVerificationError):
            Webhook(SECRET).verify(bytes(flipped), headers)


def test_a_secret_is_as_long_as_the_specification_asks() -> None:
    for length in (23, 65):
        with pytest.raises(ValueError, match="24 to 64"):
            signing.secret_of(bytes(length))


def vectors() -> list[dict[str, Any]]:
    folder = os.environ.get("ESCALATION_SHARED_DATA")  # noqa: TID251 - where a machine keeps other projects' cases
    file = Path(folder or "nowhere") / "vectors" / "standard_webhooks.json"
    if not file.exists():
        return []
    cases: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["cases"]
    return cases


@pytest.mark.parametrize("case", vectors(), ids=lambda case: case["id"])
def test_the_vectors_of_other_libraries_hold(case: dict[str, Any]) -> None:
    given, sent, expect = case["given"], case["input"], case["expect"]
    if case["op"] == "sign":
        at = datetime.fromtimestamp(sent["timestamp"], UTC)
        headers = signing.headers(sent["id"], at, sent["body"].encode(), [given["secret"]])
        assert headers["webhook-signature"] == expect
    elif case["op"] == "verify" and "webhook-id" in sent["headers"] and "v1,LV" not in str(sent):
        headers = sent["headers"]
        at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
        ours = signing.headers(headers["webhook-id"], at, sent["body"].encode(), [given["secret"]])[
            "webhook-signature"
        ]
        fresh = abs(given["now"] - at.timestamp()) <= given["tolerance_seconds"]
        there = ours in headers.get("webhook-signature", "").split(" ")
        assert (there and fresh) == (expect == "accepted")
    elif case["op"] == "retry_schedule":
        waits = [0, *(wait.total_seconds() for wait in retry.SCHEDULE)]
        assert waits == expect["delays_seconds"]
    elif case["op"] == "delivery_result" and isinstance(sent["response"], int):
        accepted = retry.outcome_of(sent["response"]) is Outcome.ACCEPTED
        assert accepted == (expect == "success")


def test_the_wait_is_the_schedule_s_with_up_to_a_tenth_more() -> None:
    failed = Result(Outcome.REFUSED, "HTTP 500", 500)
    drawn = set()
    for attempt, seconds in enumerate(SECONDS, start=1):
        for key in ("dlv_1", "dlv_2", "dlv_3"):
            wait = retry.following(failed, attempt, key, MONDAY).wait
            assert wait is not None
            assert seconds <= wait.total_seconds() <= seconds * 1.1
            drawn.add(wait.total_seconds() / seconds)
    assert len(drawn) == 27
    assert retry.following(failed, 10, "dlv_1", MONDAY) == retry.Next()


@pytest.mark.parametrize(
    ("sent", "seconds"),
    [("120", 120), ("0", 0), ("Mon, 02 Mar 2026 00:10:00 GMT", 600), ("9" * 400, 86_400),
     ("Sun, 01 Mar 2026 00:10:00 GMT", 0), ("-5", 0), ("soon", 0), ("", 0), ("1.5", 0),
     ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400), ("\u0661", 0)],
)  # fmt: skip
def test_a_receiver_may_ask_for_more_time_within_a_day(sent: str, seconds: int) -> None:
    failed = Result(Outcome.REFUSED, "HTTP 503", 503, sent)
    wait = retry.following(failed, 1, "dlv_1", MONDAY).wait
    assert wait == max(timedelta(seconds=seconds), retry.waiting(1, "dlv_1"))


def test_a_receiver_that_is_gone_is_disabled_and_keeps_what_is_due() -> None:
    follows = retry.following(Result(Outcome.GONE, "HTTP 410", 410), 1, "dlv_1", MONDAY)
    assert follows.disable
    assert follows.wait is not None


SCRIPT = """
const { Webhook } = require("standardwebhooks");
const { secret, headers, body } = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(new Webhook(secret).verify(body, headers)));
"""


def test_the_same_library_for_node_verifies_it(tmp_path: Path) -> None:
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        pytest.skip("node or npm is not there")
    install = [npm, "install", "--no-audit", "--no-fund", "--silent", "standardwebhooks"]
    try:
        came = subprocess.run(install, cwd=tmp_path, capture_output=True, timeout=60, check=False)  # noqa: S603 - npm itself
    except subprocess.TimeoutExpired:
        pytest.skip("the registry of npm does not answer")
    if came.returncode != 0:
        pytest.skip("the registry of npm does not answer")
    headers = dict(signing.headers("evt_1", SystemClock().now(), BODY, [SECRET]))
    given = json.dumps({"secret": SECRET, "headers": headers, "body": BODY.decode()})
    told = subprocess.run(  # noqa: S603 - node itself
        [node, "-e", SCRIPT], cwd=tmp_path, input=given, capture_output=True, text=True, check=True
    )
    assert json.loads(told.stdout) == {"test": 2432232314}
