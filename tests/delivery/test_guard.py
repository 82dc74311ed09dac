"""Where nothing is sent (OWASP ASVS 5.0 1.3.6, 13.2.4; IANA's special-purpose registries)."""

import asyncio
from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from escalation.delivery.guard import ForbiddenAddress, Guard
from escalation.delivery.retry import Outcome
from escalation.delivery.sender import Sender
from tests.delivery.acts import letter
from tests.delivery.receiver import Receiver
from tests.fakes import MONDAY

INSIDE = (
    "0.0.0.0", "0.1.2.3",  # noqa: S104 - nothing listens there
    "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.254",
    "127.0.0.1", "127.255.255.254", "169.254.0.1", "169.254.169.254", "172.16.0.1",
    "172.31.255.255", "192.0.0.1", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.0.1",
    "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1",
    "239.255.255.250", "240.0.0.1", "255.255.255.255", "168.63.129.16", "100.100.100.200",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
    "::ffff:7f00:1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1", "100::1", "2001::1",
    "2001:db8::1", "2001:10::1", "2002:7f00:1::", "2002:a00:1::1", "3fff::1", "5f00::1",
    "fc00::1", "fd00:ec2::254", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
    "ff05::1:3",
)  # fmt: skip
OTHER_SPELLINGS = (
    "2130706433", "017700000001", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "127.1", "127.0.1",
    "127.0.0.1.", "1.1.1.0x1", "0", "0xa9fea9fe", "10.1", "300.1.1.1", "1e100.8",
)  # fmt: skip
PUBLIC = ("1.1.1.1", "8.8.8.8", "203.0.114.1", "2606:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8")


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_not_sent_to(address: str) -> None:
    guard = Guard()
    with pytest.raises(ForbiddenAddress):
        guard.chosen("tickets.example.org", [address])
    bare = address.partition("%")[0]
    host = f"[{bare}]" if ":" in address else bare
    assert guard.check_url(f"https://{host}/") is not None


@pytest.mark.parametrize("host", OTHER_SPELLINGS)
def test_an_address_in_another_spelling_is_no_name(host: str) -> None:
    assert Guard().check_url(f"https://{host}/") is not None


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_sent_to(address: str) -> None:
    assert Guard().chosen("tickets.example.org", [address]) == [address]


@pytest.mark.parametrize(
    "url",
    [
        "http://tickets.example.org/",
        "ftp://tickets.example.org/",
        "https://user@tickets.example.org/",
        "https://user:word@tickets.example.org/",
        "https://tickets.example.org@10.0.0.1/",
        "https://tickets.example.org/#here",
        "https://tickets.example.org:0/",
        "https://tickets.example.org:99999/",
        "https:///path",
        "https://tickets.example.org\\@10.0.0.1/",
        "https://tickets.example.org/\r\nHost: x",
        "https://t\u0456ckets.example.org/",
        "https://\uff11\uff12\uff17.0.0.1/",
        "https://\u2460\u2461\u2466.0.0.1/",
        "https://-tickets.example.org/",
        "https://tick ets.example.org/",
        "https://[fe80::1%25eth0]/",
        "https://[::1",
        "file:///etc/passwd",
        "//tickets.example.org/",
        "https://" + "a" * 64 + ".org/",
        "https://a.org/" + "a" * 2_000,
    ],
)
def test_such_a_url_is_not_taken(url: str) -> None:
    assert Guard().check_url(url) is not None


@pytest.mark.parametrize(
    "url",
    [
        "https://tickets.example.org",
        "https://tickets.example.org:8443/hook?token=1",
        "https://tickets.example.org./hook",
        "https://xn--tckets-3ya.example/",
        "https://1password.example.org/",
        "https://8.8.8.8/hook",
        "https://[2606:4700::1111]/",
    ],
)
def test_such_a_url_is_taken(url: str) -> None:
    assert Guard().check_url(url) is None


def test_networks_in_house_are_sent_to_where_they_are_allowed_and_there_without_tls() -> None:
    guard = Guard.allowing(["10.20.0.0/16", "fd00:20::/32"])
    assert guard.check_url("http://10.20.1.1/hook") is None
    assert guard.check_url("https://[fd00:20::1]/hook") is None
    assert guard.check_url("http://tickets.internal/hook") is None  # checked when it is resolved
    assert guard.check_url("http://10.21.1.1/hook") is not None
    assert guard.check_url("http://8.8.8.8/hook") is not None
    assert guard.lets(ip_address("::ffff:10.20.0.1"))
    with pytest.raises(ForbiddenAddress):
        guard.chosen("mixed.internal", ["10.20.0.1", "10.21.0.1"])


def test_one_address_inside_among_public_ones_is_enough_to_refuse() -> None:
    with pytest.raises(ForbiddenAddress):
        Guard().chosen("both.example.org", ["8.8.8.8", "127.0.0.1"])
    with pytest.raises(ForbiddenAddress):
        Guard().chosen("none.example.org", [])


def send_all(urls: Sequence[str], answers: Sequence[str], guard: Guard) -> set[Outcome]:
    """What comes of sending to each URL while the resolver goes round its answers."""
    asked = 0

    async def resolve(host: str, port: int) -> Sequence[str]:
        nonlocal asked
        del host, port
        asked += 1
        return [answers[asked % len(answers)]]

    async def go() -> set[Outcome]:
        sender = Sender(guard, resolver=resolve, deadline=0.05)
        found = set()
        for url in urls:
            plain = letter(url)
            sent = await sender.send("whe_1", plain, MONDAY)
            assert sent is not None
            found.add(sent.result.outcome)
        await sender.close()
        return found

    return asyncio.run(go())


def test_a_resolver_that_changes_its_answer_leads_nowhere_inside(receiver: Receiver) -> None:
    # 192.0.2.0/24 would be refused, so the public answer is a public one that nobody reaches here.
    urls = [f"https://flips.example.org:{receiver.port}/{n}" for n in range(200)]
    outcomes = send_all(urls, ["203.0.114.1", "127.0.0.1"], Guard())
    assert Outcome.FORBIDDEN_ADDRESS in outcomes
    assert not outcomes & {Outcome.ACCEPTED, Outcome.UNTRUSTED, Outcome.BROKEN_ANSWER}
    assert receiver.connections == 0


def test_plain_http_by_name_stays_within_allowed_networks(receiver: Receiver) -> None:
    guard = Guard.allowing(["10.20.0.0/16"])
    url = f"http://tickets.internal:{receiver.port}/"
    assert send_all([url], ["127.0.0.1"], guard) == {Outcome.FORBIDDEN_ADDRESS}
    assert send_all([url], ["8.8.8.8"], guard) == {Outcome.FORBIDDEN_ADDRESS}
    here = Guard.allowing(["127.0.0.0/8"])
    assert send_all([url], ["127.0.0.1"], here) == {Outcome.ACCEPTED}
    assert receiver.connections == 1


@pytest.mark.parametrize("host", ["localhost", "2130706433", "127.1", "0x7f000001"])
def test_the_system_may_know_names_for_this_machine_and_none_is_sent_to(
    host: str, receiver: Receiver
) -> None:
    async def go() -> Outcome:
        sender = Sender(Guard())
        plain = letter(f"https://{host}:{receiver.port}/")
        sent = await sender.send("whe_1", plain, MONDAY)
        assert sent is not None
        await sender.close()
        return sent.result.outcome

    assert asyncio.run(go()) is Outcome.FORBIDDEN_ADDRESS
    assert receiver.connections == 0
