"""An issuer that the tests run themselves, whose private keys they hold: for tokens of any kind.

It serves what OpenID Connect Discovery and RFC 7517 ask for, on 127.0.0.1, and no more.
"""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

AUDIENCE = "https://escalation.example.org"
SUBJECT = "00u1a2b3c4d5"
"""Who the provider says Bronwyn Tait is, whom the tests' directory knows as `bronwyn-tait`."""
PATIENCE = 30.0
WELL_KNOWN = "/.well-known/openid-configuration"

Sign = Callable[[bytes], bytes]
Part = Mapping[str, Any] | bytes


def b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def compact(header: Part, claims: Part, sign: Sign) -> str:
    """A token of a header and claims, which may be any bytes, signed whatever they say."""
    signed = f"{b64(_bytes(header))}.{b64(_bytes(claims))}"
    return f"{signed}.{b64(sign(signed.encode()))}"


def _bytes(part: Part) -> bytes:
    return part if isinstance(part, bytes) else json.dumps(part).encode()


def rs256(key: rsa.RSAPrivateKey) -> Sign:
    return lambda data: key.sign(data, padding.PKCS1v15(), SHA256())


def ps256(key: rsa.RSAPrivateKey) -> Sign:
    salted = padding.PSS(padding.MGF1(SHA256()), 32)
    return lambda data: key.sign(data, salted, SHA256())


def es256(key: ec.EllipticCurvePrivateKey) -> Sign:
    def sign(data: bytes) -> bytes:
        pair = decode_dss_signature(key.sign(data, ec.ECDSA(SHA256())))
        return b"".join(number.to_bytes(32, "big") for number in pair)

    return sign


def hs256(secret: bytes) -> Sign:
    return lambda data: hmac.new(secret, data, hashlib.sha256).digest()


@cache
def rsa_key(number: int) -> rsa.RSAPrivateKey:
    """An RSA key; the same number is the same key, for making one takes long."""
    del number
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@cache
def ed_key() -> ed25519.Ed25519PrivateKey:
    return ed25519.Ed25519PrivateKey.generate()


def public(key: Key, name: str, **more: str) -> dict[str, Any]:
    """The public half as a JWK."""
    return {**key.as_dict(private=False), "kid": name, **more}


@dataclass
class Mint:
    """The issuer: what it answers, and what it was asked."""

    issuer: str = ""
    keys: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    down: bool = False
    opened: Event = field(default_factory=Event)
    answers: dict[str, bytes] = field(default_factory=dict)

    def header(self, **changes: Any) -> dict[str, Any]:
        """The header of a good token; ``None`` takes a member out."""
        return _changed({"alg": "RS256", "kid": "rsa-1", "typ": "at+jwt"}, changes)

    def claims(self, now: datetime, **changes: Any) -> dict[str, Any]:
        """The claims of a good token, issued a minute ago for five minutes."""
        issued = int(now.timestamp()) - 60
        good = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "sub": SUBJECT,
            "client_id": "console",
            "iat": issued,
            "nbf": issued,
            "exp": issued + 300,
            "jti": "9c1f",
            "roles": ["ops"],
        }
        return _changed(good, changes)

    def token(self, now: datetime, **changes: Any) -> str:
        """A good token, with other claims."""
        return compact(self.header(), self.claims(now, **changes), rs256(rsa_key(1)))

    def signed(self, now: datetime, algorithm: str, key: str, **header: Any) -> str:
        """A good token that is signed otherwise."""
        sign = es256(ec_key()) if algorithm == "ES256" else ed_key().sign
        return compact(self.header(alg=algorithm, kid=key, **header), self.claims(now), sign)

    def answer(self, path: str) -> bytes | None:
        self.asked.append(path)
        self.opened.wait(PATIENCE)
        if self.down:
            return None
        served = {
            WELL_KNOWN: {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys"},
            "/keys": {"keys": self.keys},
        }
        if path in self.answers:
            return self.answers[path]
        return json.dumps(served[path]).encode() if path in served else None


def _changed(good: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def usual_keys() -> list[dict[str, Any]]:
    return [
        public(RSAKey.import_key(rsa_key(1)), "rsa-1", use="sig"),
        public(ECKey.import_key(ec_key()), "ec-1", use="sig", alg="ES256"),
        public(OKPKey.import_key(ed_key()), "ed-1", use="sig"),
    ]


@contextmanager
def minting() -> Iterator[Mint]:
    """A mint that serves on a port of its own for the length of the block."""
    mint = Mint(keys=usual_keys())
    mint.opened.set()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = mint.answer(self.path)
            self.send_response(200 if body is not None else 503)
            self.send_header("content-length", str(len(body or b"")))
            with suppress(BrokenPipeError):  # who asked may have given up
                self.end_headers()
                self.wfile.write(body or b"")

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    mint.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield mint
    finally:
        mint.opened.set()
        server.shutdown()
        thread.join()
        server.server_close()
