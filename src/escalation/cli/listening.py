"""Where the service listens, and to whom it may."""

import ipaddress
import os
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path

from escalation.errors import Broken, Fault, Invalid, Refused

LOOPBACK_NAMES = {"localhost", "localhost.localdomain", "ip6-localhost"}


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() in LOOPBACK_NAMES


@dataclass(frozen=True, slots=True)
class Front:
    """What stands between callers and the application: a proxy with TLS, or TLS spoken here."""

    behind_proxy: str | None = None
    certificate: Path | None = None
    key: Path | None = None

    @property
    def tls(self) -> bool:
        """Whether TLS is spoken here."""
        return self.certificate is not None


def require_safe(host: str, front: Front, *, demo: bool, unix_socket: Path | None) -> None:
    """Refuse an address that other machines reach, unless TLS is spoken here or by a proxy.

    Raises:
        Invalid: the address is open without either, or one of them is not what it should be.
        Refused: the demonstration would be reached by other machines.
    """
    if front.behind_proxy is not None:
        _require_networks(front.behind_proxy)
    _require_certificate(front)
    if unix_socket is not None or is_loopback(host):
        return
    if demo:
        raise Refused(
            f"{host} can be reached by other machines, and --demo is for this one: its people and"
            " issues are made up. Serve it on 127.0.0.1.",
            "demo_not_loopback",
        )
    if front.behind_proxy is None and not front.tls:
        raise Invalid(
            f"{host} can be reached by other machines, and this service speaks HTTP without TLS:"
            " keys and issues would cross the network for anyone to read. Serve on 127.0.0.1,"
            " give --tls-certificate and --tls-key, or put a proxy with TLS before it and name the"
            " network it calls from, such as --behind-proxy 10.0.0.0/8.",
            errors=[
                Fault(
                    "not_loopback",
                    f"{host} is no loopback address",
                    parameter="--host, ESCALATION_HOST",
                )
            ],
        )


def _require_certificate(front: Front) -> None:
    if front.certificate is None and front.key is None:
        return
    if front.certificate is None or front.key is None:
        raise Invalid("A certificate and its key go together: give both or neither.")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(front.certificate, front.key)
    except OSError as error:  # what is wrong with a certificate is one too
        raise Invalid(
            f"{front.certificate} with {front.key} is no certificate with its key: {error}."
        ) from error


def listener(host: str, port: int) -> socket.socket:
    """A socket that is bound and does not listen yet: who calls too early is refused, not kept.

    Raises:
        Broken: the address is taken, or is none of this machine's.
    """
    try:
        [(family, kind, protocol, _, address), *_] = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        bound = socket.socket(family, kind, protocol)
    except OSError as error:
        raise Broken(f"{host} is no address to serve on: {error.strerror}.") from error
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError as error:
        bound.close()
        raise Broken(
            f"Port {port} on {host} cannot be had: {error.strerror}. Another program may serve"
            " there; choose another with --port, or a free one with --port 0."
        ) from error
    bound.set_inheritable(True)
    return bound


def unix_listener(file: Path) -> socket.socket:
    """A socket in the file system, for its owner alone; one that nobody serves is replaced.

    Raises:
        Broken: another process serves on it, or it cannot be made there.
    """
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        if file.is_socket():
            _require_left(file)
            file.unlink()
        bound.bind(str(file))
    except OSError as error:
        bound.close()
        raise Broken(f"No socket can be made at {file}: {error.strerror or error}.") from error
    finally:
        os.umask(before)
    bound.set_inheritable(True)
    return bound


def _require_left(file: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        try:
            asking.connect(str(file))
        except ConnectionRefusedError:
            return
    raise OSError("another process serves on it")


def address_of(bound: socket.socket, host: str, front: Front) -> str:
    """The address as a person types it."""
    if bound.family == socket.AF_UNIX:
        return f"unix:{bound.getsockname()}"
    scheme = "https" if front.tls else "http"
    port = bound.getsockname()[1]
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def _require_networks(text: str) -> None:
    for part in text.split(","):
        try:
            ipaddress.ip_network(part.strip())
        except ValueError as error:
            raise Invalid(
                f"--behind-proxy takes networks such as 10.0.0.0/8 or 192.0.2.7/32: {error}."
            ) from error
