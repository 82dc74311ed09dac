"""Where the service may be reached: this machine, or others by TLS alone."""

import ssl
from pathlib import Path

import httpx
import pytest

from escalation.cli.listening import (
    Front,
    address_of,
    is_loopback,
    listener,
    require_safe,
    unix_listener,
)
from escalation.errors import Broken, EscalationError, Invalid, Refused
from tests.cli.processes import done, serving
from tests.delivery.evil import certificate

ALL = "0.0.0.0"  # noqa: S104 - what is refused


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of this machine's own, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    _, vouched = certificate(folder, "localhost")
    return vouched, folder / "localhost-30.pem"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost", "LOCALHOST"])
def test_this_machine_alone_needs_nothing(host: str) -> None:
    require_safe(host, Front(), demo=True, unix_socket=None)


@pytest.mark.parametrize("host", [ALL, "::", "192.0.2.7", "10.0.0.1", "example.org", ""])
def test_an_address_that_others_reach_is_refused_without_tls(host: str) -> None:
    with pytest.raises(Invalid, match="--behind-proxy") as refused:
        require_safe(host, Front(), demo=False, unix_socket=None)
    assert [fault.code for fault in refused.value.errors] == ["not_loopback"]
    assert not is_loopback(host)


def test_tls_a_proxy_or_a_socket_make_it_right(pair: tuple[Path, Path], tmp_path: Path) -> None:
    require_safe(ALL, Front(certificate=pair[0], key=pair[1]), demo=False, unix_socket=None)
    require_safe(ALL, Front("10.0.0.0/8, 192.0.2.7"), demo=False, unix_socket=None)
    require_safe(ALL, Front(), demo=True, unix_socket=tmp_path / "s")


def test_the_demonstration_is_for_this_machine(pair: tuple[Path, Path]) -> None:
    for front in (Front("10.0.0.0/8"), Front(None, *pair)):
        with pytest.raises(Refused, match="--demo"):
            require_safe(ALL, front, demo=True, unix_socket=None)


@pytest.mark.parametrize("networks", ["*", "proxy.example", "10.0.0.1/8", ""])
def test_a_proxy_that_is_no_network_is_refused(networks: str) -> None:
    with pytest.raises(Invalid, match=r"192\.0\.2\.7/32"):
        require_safe(ALL, Front(networks), demo=False, unix_socket=None)


def test_a_certificate_without_its_key_is_refused(pair: tuple[Path, Path], tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    other.write_text("no certificate")
    for front in (
        Front(certificate=pair[0]),
        Front(key=pair[1]),
        Front(certificate=pair[0], key=other),
        Front(certificate=other, key=pair[1]),
        Front(certificate=tmp_path / "none", key=pair[1]),
    ):
        with pytest.raises(EscalationError, match="certificate"):
            require_safe(ALL, front, demo=False, unix_socket=None)


def test_the_address_is_told_as_it_is_typed(pair: tuple[Path, Path], tmp_path: Path) -> None:
    with listener("127.0.0.1", 0) as bound:
        port = bound.getsockname()[1]
        assert address_of(bound, "127.0.0.1", Front()) == f"http://127.0.0.1:{port}"
        assert address_of(bound, "::1", Front(None, *pair)) == f"https://[::1]:{port}"
    with unix_listener(tmp_path / "s") as bound:
        assert address_of(bound, "x", Front()) == f"unix:{tmp_path / 's'}"


def test_a_socket_is_its_owners_and_one_that_is_served_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "s"
    with unix_listener(file) as first:
        assert file.stat().st_mode & 0o777 == 0o600
        first.listen()
        with pytest.raises(Broken, match="another process"):
            unix_listener(file)
    with unix_listener(file):  # nobody serves on it any more
        assert file.is_socket()
    plain = tmp_path / "plain"
    plain.write_text("not ours")
    with pytest.raises(Broken, match="plain"):
        unix_listener(plain)
    assert plain.read_text() == "not ours"


def test_serving_to_others_without_tls_ends_before_anything_is_made(tmp_path: Path) -> None:
    told = done(tmp_path, "serve", "--host", ALL, "--port", "0")
    assert told.returncode == 1
    assert "TLS" in told.stderr
    assert not (tmp_path / "var").exists()


@pytest.mark.slow
def test_tls_is_spoken_and_http_strictly_left_behind(
    tmp_path: Path, pair: tuple[Path, Path]
) -> None:
    words = ["--tls-certificate", str(pair[0]), "--tls-key", str(pair[1])]
    with serving(tmp_path, "--host", ALL, *words) as service:
        [port] = [line.split(":")[-1].strip() for line in service.out if "serves on" in line]
        trust = ssl.create_default_context(cafile=str(pair[0]))
        told = httpx.get(f"https://localhost:{port}/livez", verify=trust)
        assert told.status_code == 200
        assert told.headers["strict-transport-security"].startswith("max-age=31536000")
        assert service.end() == 0, service.said


@pytest.mark.slow
def test_what_is_said_of_callers_is_believed_of_the_declared_proxy_alone(tmp_path: Path) -> None:
    said = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
    for proxy, believed in (("127.0.0.1/32", True), ("192.0.2.0/24", False)):
        with serving(tmp_path, "--behind-proxy", proxy, stranger_rate="2/day") as service:
            first = httpx.get(f"{service.address}/v1/problems", headers=said)
            assert ("strict-transport-security" in first.headers) is believed
            spoofed = {**said, "X-Forwarded-For": "198.51.100.7, 203.0.113.9"}
            asked = [
                httpx.get(f"{service.address}/v1/problems", headers=spoofed).status_code
                for _ in range(2)
            ]
            assert asked == [200, 429]
            other = {**said, "X-Forwarded-For": "203.0.113.10"}
            told = httpx.get(f"{service.address}/v1/problems", headers=other)
            assert told.status_code == (200 if believed else 429)
            assert service.end() == 0, service.said


@pytest.mark.slow
def test_it_serves_on_a_socket_and_leaves_no_image_of_its_memory(tmp_path: Path) -> None:
    file = tmp_path / "serve.sock"
    with serving(tmp_path, "--unix-socket", str(file)) as service:
        transport = httpx.HTTPTransport(uds=str(file))
        with httpx.Client(transport=transport, base_url="http://here") as client:
            assert client.get("/livez").status_code == 200
        limits = Path(f"/proc/{service.process.pid}/limits").read_text(encoding="ascii")
        [line] = [each for each in limits.splitlines() if each.startswith("Max core file size")]
        assert line.split()[4:6] == ["0", "0"]
        for private, mode in ((tmp_path / "var", 0o700), (tmp_path / "var/escalation.db", 0o600)):
            assert private.stat().st_mode & 0o777 == mode
        assert service.end() == 0, service.said
