"""Receivers that misbehave, one way each: a status, a delay, a break, or nonsense."""

import asyncio
import gzip
import socket
import ssl
import struct
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from escalation.clock import SystemClock
from tests.delivery.receiver import OK, Behaviour, Talk, receiving

BOMB = gzip.compress(bytes(30_000_000))
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def answer(status: str, *headers: str, body: bytes = b"") -> Behaviour:
    """A whole answer, at once."""
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "", ""]

    async def behave(talk: Talk) -> None:
        await talk.say("\r\n".join(lines).encode(), body)

    return behave


async def drip_headers(talk: Talk) -> None:
    await talk.say(b"HTTP/1.1 200 OK\r\n")
    for number in range(100_000):
        await talk.say(b"X-%d: y\r\n" % number)
        await asyncio.sleep(0.02)


async def drip_body(talk: Talk) -> None:
    await talk.say(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    for _ in range(1_000_000):
        await talk.say(b".")
        await asyncio.sleep(0.02)


async def endless_body(talk: Talk) -> None:
    await talk.say(CHUNKED)
    for _ in range(100_000):
        await talk.say(b"10000\r\n", b"." * 65_536, b"\r\n")


async def gzip_bomb(talk: Talk) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(BOMB)}\r\n\r\n"
    await talk.say(head.encode(), BOMB)


def _reset(talk: Talk) -> None:
    raw = talk.writer.get_extra_info("socket")
    with suppress(OSError):
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    talk.writer.transport.abort()


async def reset_before_headers(talk: Talk) -> None:
    _reset(talk)


async def reset_within_headers(talk: Talk) -> None:
    await talk.say(b"HTTP/1.1 200 OK\r\nConte")
    _reset(talk)


async def close_without_answer(talk: Talk) -> None:
    talk.writer.close()


async def junk(talk: Talk) -> None:
    await talk.say(b"\x16\x03\x01\x02 this is no HTTP at all\r\n\r\n")
    talk.writer.close()


async def without_length(talk: Talk) -> None:
    await talk.say(b"HTTP/1.0 200 OK\r\n\r\nok")
    talk.writer.close()


async def wrong_length(talk: Talk) -> None:
    await talk.say(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nshort")
    talk.writer.close()


async def continue_storm(talk: Talk) -> None:
    for _ in range(100_000):
        await talk.say(b"HTTP/1.1 100 Continue\r\n\r\n")
        await asyncio.sleep(0.001)


async def huge_headers(talk: Talk) -> None:
    await talk.say(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 2_000_000 + b"\r\n\r\n")


async def hang(talk: Talk) -> None:
    await talk.pause()


async def trailing_delay(talk: Talk) -> None:
    await talk.say(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no")
    await talk.pause()


async def two_answers(talk: Talk) -> None:
    await talk.say(OK, OK)


MODES: dict[str, tuple[Behaviour, str]] = {
    "500": (answer("500 Oops", body=b"stack trace"), "refused"),
    "502": (answer("502 Bad Gateway"), "refused"),
    "503-seconds": (answer("503 Busy", "Retry-After: 120"), "refused"),
    "429-seconds": (answer("429 Slow down", "Retry-After: 7"), "refused"),
    "429-date": (answer("429 Slow down", "Retry-After: Tue, 03 Mar 2026 00:00:00 GMT"), "refused"),
    "404": (answer("404 Not Found"), "refused"),
    "410": (answer("410 Gone"), "gone"),
    "301-inside": (answer("301 Moved", "Location: http://169.254.169.254/"), "redirected"),
    "302-loop": (answer("302 Found", "Location: /302-loop"), "redirected"),
    "308": (answer("308 Moved", "Location: /ok"), "redirected"),
    "303-nowhere": (answer("303 See Other"), "redirected"),
    "304": (answer("304 Not Modified"), "redirected"),
    "drip-headers": (drip_headers, "timed_out"),
    "drip-body": (drip_body, "accepted"),
    "endless-body": (endless_body, "accepted"),
    "gzip-bomb": (gzip_bomb, "accepted"),
    "reset-before": (reset_before_headers, "broken_answer"),
    "reset-within": (reset_within_headers, "broken_answer"),
    "close": (close_without_answer, "broken_answer"),
    "junk": (junk, "broken_answer"),
    "http-1.0": (without_length, "accepted"),
    "wrong-length": (wrong_length, "accepted"),
    "100-storm": (continue_storm, "timed_out"),
    "204": (answer("204 No Content"), "accepted"),
    "huge-headers": (huge_headers, "broken_answer"),
    "hang": (hang, "timed_out"),
    "trailing-delay": (trailing_delay, "accepted"),
    "two-answers": (two_answers, "accepted"),
}
"""Each way by its path, and what an attempt at it comes to."""
BEHAVIOURS = {f"/{name}": behaviour for name, (behaviour, _) in MODES.items()}


def certificate(folder: Path, host: str, *, days: int = 30) -> tuple[ssl.SSLContext, Path]:
    """A TLS server's side for ``host``, valid until so many days ahead; and who vouches for it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.fromtimestamp(int(SystemClock().now().timestamp()), UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=60))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / f"{host}-{days}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    vouched = folder / f"{host}-{days}-ca.pem"
    vouched.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    pem.write_bytes(private + vouched.read_bytes())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context, vouched


if __name__ == "__main__":
    with receiving(BEHAVIOURS) as served:
        sys.stdout.write(f"{served.port}\n")
        sys.stdout.flush()
        Event().wait()
