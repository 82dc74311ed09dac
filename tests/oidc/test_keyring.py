"""A provider's keys: which are used, when they are fetched, how long they are kept."""

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import OctKey, RSAKey
from structlog.testing import capture_logs

from escalation.clock import VirtualClock
from escalation.delivery.fetching import LARGEST, LOOPBACK, Fetcher, Unreachable
from escalation.delivery.guard import Guard
from escalation.errors import Busy
from escalation.services.oidc.keyring import FRESH, PAUSE, PAUSE_WITHOUT, PLACES, Keyring
from escalation.services.oidc.keys import ProviderKeys
from escalation.services.oidc.trust import Algorithm
from tests.fakes import virtual_clock
from tests.oidc.mint import PATIENCE, WELL_KNOWN, Mint, public, rsa_key, usual_keys

KEPT = timedelta(hours=24)
HERE = Guard.allowing(LOOPBACK)


@pytest.fixture
def clock() -> VirtualClock:
    return virtual_clock()


@pytest.fixture
def ring(own_mint: Mint, clock: VirtualClock) -> Keyring:
    return Keyring(own_mint.issuer, Fetcher(HERE).fetch, clock, KEPT)


def test_keys_are_fetched_once_and_again_when_they_are_old(
    ring: Keyring, own_mint: Mint, clock: VirtualClock
) -> None:
    for _ in range(3):
        assert ring.keys_for("rsa-1").has("rsa-1")
    assert own_mint.asked == [WELL_KNOWN, "/keys"]
    clock.advance(FRESH)
    ring.keys_for("rsa-1")
    assert len(own_mint.asked) == 4


def test_whatever_names_tokens_have_the_provider_is_asked_once_in_a_while(
    ring: Keyring, own_mint: Mint, clock: VirtualClock
) -> None:
    ring.keys_for("rsa-1")
    clock.advance(PAUSE)
    for number in range(50):
        assert not ring.keys_for(f"stranger {number}").has("stranger")
    assert len(own_mint.asked) == 4
    clock.advance(PAUSE)
    ring.keys_for("another stranger")
    assert len(own_mint.asked) == 6


def test_a_key_that_the_provider_has_dropped_is_dropped(
    ring: Keyring, own_mint: Mint, clock: VirtualClock
) -> None:
    ring.keys_for("rsa-1")
    own_mint.keys = [key for key in own_mint.keys if key["kid"] != "rsa-1"]
    clock.advance(FRESH)
    assert not ring.keys_for("rsa-1").has("rsa-1")


def test_while_the_provider_is_down_its_keys_are_kept_for_a_bounded_time(
    ring: Keyring, own_mint: Mint, clock: VirtualClock
) -> None:
    ring.keys_for("rsa-1")
    own_mint.down = True
    clock.advance(KEPT - timedelta(seconds=1))
    with capture_logs() as logs:
        assert ring.keys_for("rsa-1").has("rsa-1")
    assert [(log["event"], log["why"]) for log in logs] == [
        ("identity_provider_unreachable", "the answer was HTTP 503")
    ]
    clock.advance(timedelta(seconds=1))
    with pytest.raises(Busy, match="cannot be reached"):
        ring.keys_for("rsa-1")
    own_mint.down = False
    with pytest.raises(Busy):  # it was asked a moment ago
        ring.keys_for("rsa-1")
    clock.advance(PAUSE_WITHOUT)
    assert ring.keys_for("rsa-1").has("rsa-1")


def test_a_clock_that_was_set_back_does_not_keep_the_provider_from_being_asked(
    ring: Keyring, own_mint: Mint, clock: VirtualClock
) -> None:
    own_mint.down = True
    with pytest.raises(Busy):
        ring.keys_for("rsa-1")
    own_mint.down = False
    clock.move_to(clock.now() - timedelta(days=1))
    assert ring.keys_for("rsa-1").has("rsa-1")


@contextmanager
def crowd(mint: Mint, ring: Keyring, names: Sequence[str]) -> Iterator[Iterator[bool]]:
    """Threads that ask for keys while the provider hangs: whether each got its own, as they end."""
    mint.opened.clear()

    def got(name: str) -> bool:
        try:
            return ring.keys_for(name).has(name)
        except Busy:
            return False

    with ThreadPoolExecutor(len(names)) as pool:
        try:
            asked = [pool.submit(got, name) for name in names]
            yield (each.result() for each in as_completed(asked, timeout=PATIENCE))
        finally:
            mint.opened.set()


def test_threads_that_come_together_ask_once(ring: Keyring, own_mint: Mint) -> None:
    with crowd(own_mint, ring, ["rsa-1"] * PLACES) as ended:
        own_mint.opened.set()
        assert list(ended) == [True] * PLACES
    assert own_mint.asked == [WELL_KNOWN, "/keys"]


def test_while_the_provider_hangs_few_wait_for_it_and_the_others_have_its_old_keys(
    ring: Keyring, own_mint: Mint, clock: VirtualClock
) -> None:
    ring.keys_for("rsa-1")
    clock.advance(FRESH)
    with crowd(own_mint, ring, ["rsa-1", "stranger"] * 12) as ended:
        soon = [next(ended) for _ in range(24 - PLACES)]
        own_mint.opened.set()
        assert [*soon, *ended].count(True) == 12
    assert len(own_mint.asked) == 4


def test_while_the_provider_hangs_and_no_keys_are_held_most_are_told_to_come_again(
    ring: Keyring, own_mint: Mint
) -> None:
    with crowd(own_mint, ring, ["rsa-1"] * 20) as ended:
        assert [next(ended) for _ in range(20 - PLACES)] == [False] * (20 - PLACES)
        own_mint.opened.set()
        assert list(ended) == [True] * PLACES


ODD: dict[str, tuple[str, bytes | Callable[[Mint], Any], str]] = {
    "another issuer": (WELL_KNOWN, lambda m: {"issuer": f"{m.issuer}/"}, "another issuer"),
    "no discovery": (WELL_KNOWN, b"<html>", "no JSON object"),
    "no key set named": (WELL_KNOWN, lambda m: {"issuer": m.issuer}, "names no `jwks_uri`"),
    "a key set inside": (
        WELL_KNOWN,
        lambda m: {"issuer": m.issuer, "jwks_uri": "http://169.254.169.254/keys"},
        "is an address that nothing is sent to",
    ),
    "a key set that is no file of the net": (
        WELL_KNOWN,
        lambda m: {"issuer": m.issuer, "jwks_uri": "file:///etc/passwd"},
        "expected `https://` and a name",
    ),
    "keys no list": ("/keys", b'{"keys": {}}', "expected a list of `keys`"),
    "no usable key": (
        "/keys",
        b'{"keys": [{"kty": "oct", "kid": "a", "k": "AA"}]}',
        "no public key",
    ),
    "keys without end": ("/keys", b'{"keys": ' + b"[" * 9_000, "cannot be used"),
    "a key set of a megabyte": ("/keys", b" " * (LARGEST + 1), "longer than"),
}


@pytest.mark.parametrize("name", ODD)
def test_a_provider_that_answers_oddly_is_not_believed(
    ring: Keyring, own_mint: Mint, name: str
) -> None:
    path, told, words = ODD[name]
    own_mint.answers[path] = (
        told if isinstance(told, bytes) else json.dumps(told(own_mint)).encode()
    )
    with pytest.raises(Unreachable, match=words):
        ring.fetched()


def test_a_provider_with_tls_may_not_name_keys_without(clock: VirtualClock) -> None:
    issuer = "https://login.example.org"
    told = json.dumps({"issuer": issuer, "jwks_uri": "http://10.0.0.1/keys"}).encode()
    with pytest.raises(Unreachable, match="without https"):
        Keyring(issuer, lambda _: told, clock, KEPT).fetched()


def test_addresses_inside_are_asked_only_where_they_are_allowed(own_mint: Mint) -> None:
    with pytest.raises(Unreachable, match="nothing is sent to"):
        Fetcher(Guard()).fetch(f"{own_mint.issuer}/keys")
    assert own_mint.asked == []


def test_nobody_there_and_nobody_answering_are_told_apart(own_mint: Mint) -> None:
    with pytest.raises(Unreachable, match="no connection"):
        Fetcher(HERE).fetch("http://127.0.0.1:1/keys")
    own_mint.opened.clear()
    with pytest.raises(Unreachable, match=r"no answer within 0\.2 seconds"):
        Fetcher(HERE, deadline=0.2).fetch(f"{own_mint.issuer}/keys")


def test_a_name_that_leads_inside_is_not_followed() -> None:
    async def inside(host: str, port: int) -> list[str]:
        del host, port
        return ["10.0.0.7"]

    with pytest.raises(Unreachable, match="leads to an address inside"):
        Fetcher(Guard(), resolver=inside).fetch("https://login.example.org/keys")


def keys_of(*listed: dict[str, Any]) -> ProviderKeys:
    return ProviderKeys.read(json.dumps({"keys": [*listed, *usual_keys()]}).encode())


UNUSABLE = {
    "symmetric": {"kty": "oct", "kid": "bad", "k": OctKey.generate_key(256).as_dict()["k"]},
    "private": {**RSAKey.import_key(rsa_key(2)).as_dict(private=True), "kid": "bad"},
    "for encryption": public(RSAKey.import_key(rsa_key(2)), "bad", use="enc"),
    "small": {**public(RSAKey.import_key(rsa_key(2)), "bad"), "n": "0" * 171},
    "broken": {"kty": "RSA", "kid": "bad", "n": "!", "e": "AQAB"},
    "without its parts": {"kty": "EC", "kid": "bad", "crv": "P-256"},
    "of a curve that nobody knows": {"kty": "OKP", "kid": "bad", "crv": "X9", "x": "AA"},
    "not for verifying": {**public(RSAKey.import_key(rsa_key(2)), "bad"), "key_ops": ["encrypt"]},
    "of a kind that is a list": {"kty": ["RSA"], "kid": "bad"},
    "with operations that are none": {**public(RSAKey.import_key(rsa_key(2)), "bad"), "key_ops": 1},
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_what_is_no_public_key_for_signatures_is_left_out(name: str) -> None:
    found = keys_of(UNUSABLE[name])
    assert not found.has("bad")
    assert found.has("rsa-1")


def test_a_key_without_a_name_and_what_is_no_key_are_left_out() -> None:
    nameless = RSAKey.import_key(rsa_key(2)).as_dict(private=False)
    text = json.dumps({"keys": ["x", {**nameless, "kid": None}, *usual_keys()]})
    assert len(ProviderKeys.read(text.encode()).keys) == 3


def test_of_two_keys_with_one_name_the_one_for_the_algorithm_is_used_if_there_is_one() -> None:
    other = public(RSAKey.import_key(rsa_key(2)), "ec-1")
    found = keys_of(other)
    assert found.one("ec-1", Algorithm.RS256) is not None
    assert found.one("ec-1", Algorithm.ES256) is not None
    assert keys_of({**other, "kid": "rsa-1"}).one("rsa-1", Algorithm.RS256) is None


@pytest.mark.parametrize(
    ("name", "algorithm", "fits"),
    [
        ("rsa-1", Algorithm.PS512, True),
        ("rsa-1", Algorithm.ES256, False),
        ("ec-1", Algorithm.ES256, True),
        ("ec-1", Algorithm.ES384, False),
        ("ec-1", Algorithm.ED25519, False),
        ("ed-1", Algorithm.EDDSA, True),
        ("ed-1", Algorithm.ED25519, True),
        ("ed-1", Algorithm.ES256, False),
    ],
)
def test_a_key_is_used_for_algorithms_of_its_kind(
    name: str, algorithm: Algorithm, *, fits: bool
) -> None:
    assert (keys_of().one(name, algorithm) is not None) is fits


def test_a_key_is_used_for_no_other_algorithm_than_the_one_it_is_said_to_be_for() -> None:
    found = keys_of(public(RSAKey.import_key(rsa_key(2)), "rs512", alg="RS512"))
    assert found.one("rs512", Algorithm.RS512) is not None
    assert found.one("rs512", Algorithm.RS256) is None
