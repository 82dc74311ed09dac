"""Where the service is, and whom to believe there."""

import ssl
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from escalation.errors import Invalid


def checked_address(address: str, *, plain_http: bool) -> str:
    """The address of a service, without a slash at its end.

    Raises:
        Invalid: it is none, or a key would travel where others can read it.
    """
    parts = urlsplit(address)
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise Invalid(f"{address!r} is no address of a service: write https:// and its name.")
    if parts.username is not None or parts.query or parts.fragment:
        raise Invalid("The address of a service has no user, no `?` and no `#`.")
    if parts.scheme == "http" and not plain_http and not _loopback(parts.hostname):
        raise Invalid(
            f"http://{parts.hostname} would show the key to whoever is in between: give https://,"
            " or say that plain HTTP is wanted."
        )
    return address.rstrip("/")


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def checked_key(key: str) -> str:
    """A key as it goes into a header.

    Raises:
        Invalid: it cannot be one.
    """
    found = key.strip()
    if not found or not found.isascii() or not found.isprintable() or " " in found:
        raise Invalid("The key is no key: give it as it was shown when it was made.")
    return found


def trusting(authorities: Path | None) -> ssl.SSLContext:
    """Certificates are checked against the public authorities, and those of a file in house.

    Raises:
        Invalid: the file holds none.
    """
    context = httpx.create_ssl_context(trust_env=False)
    if authorities is not None:
        try:
            context.load_verify_locations(authorities)
        except OSError as error:
            raise Invalid(f"{authorities} holds no certificates: {error}.") from error
    return context
