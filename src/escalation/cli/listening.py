"""Where the service listens, and to whom it may."""

import ipaddress
import socket

from escalation.errors import Broken, Fault, Invalid

LOOPBACK_NAMES = {"localhost", "localhost.localdomain", "ip6-localhost"}


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() in LOOPBACK_NAMES


def require_safe(host: str, behind_proxy: str | None) -> None:
    """Refuse an address that other machines reach, unless a proxy with TLS stands before it.

    Raises:
        Invalid: the address is open and no proxy is named, or the proxy's network is none.
    """
    if behind_proxy is not None:
        _require_networks(behind_proxy)
    elif not is_loopback(host):
        raise Invalid(
            f"{host} can be reached by other machines, and this service speaks HTTP without TLS:"
            " keys and issues would cross the network for anyone to read. Serve on 127.0.0.1, or"
            " put a proxy with TLS before it and name the network it calls from, such as"
            " --behind-proxy 10.0.0.0/8.",
            errors=[
                Fault(
                    "not_loopback",
                    f"{host} is no loopback address",
                    parameter="--host, ESCALATION_HOST",
                )
            ],
        )


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


def address_of(bound: socket.socket, host: str) -> str:
    """The address as a person types it."""
    port = bound.getsockname()[1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _require_networks(text: str) -> None:
    for part in text.split(","):
        try:
            ipaddress.ip_network(part.strip())
        except ValueError as error:
            raise Invalid(
                f"--behind-proxy takes networks such as 10.0.0.0/8 or 192.0.2.7/32: {error}."
            ) from error
