"""Tokens that must open nothing: each is a good one but for what its name says."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives import serialization
from joserfc.jwk import RSAKey

from escalation.services.oidc.trust import Reason
from tests.oidc.mint import (
    AUDIENCE,
    Mint,
    b64,
    compact,
    ec_key,
    es256,
    hs256,
    ps256,
    public,
    rs256,
    rsa_key,
)

Forge = Callable[[Mint, datetime], str]
LONG = 2_000_000_000
_MINE = rs256(rsa_key(1))
_STRANGERS = rs256(rsa_key(2))
_SHORTER = b64(b'{"alg":"RS256","kid":"rsa-1"}')
_PEM = (
    rsa_key(1)
    .public_key()
    .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
)
_DER = (
    rsa_key(1)
    .public_key()
    .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
)


def headed(sign: Any = _MINE, **header: Any) -> Forge:
    """A good token with another header, signed by the right key unless another is given."""
    return lambda mint, now: compact(mint.header(**header), mint.claims(now), sign)


def saying(**claims: Any) -> Forge:
    """A token with other claims, well signed."""
    return lambda mint, now: mint.token(now, **claims)


def after(seconds: int, *names: str) -> Forge:
    """A token with some of its instants that far from now, well signed."""
    return lambda mint, now: mint.token(
        now, **{name: int(now.timestamp()) + seconds for name in names}
    )


def raw_claims(change: Callable[[str], str]) -> Forge:
    """A token whose claims are changed as text before they are signed."""
    return lambda mint, now: compact(
        mint.header(), change(json.dumps(mint.claims(now))).encode("utf-8", "surrogatepass"), _MINE
    )


def raw_header(text: str) -> Forge:
    return lambda mint, now: compact(text.encode(), mint.claims(now), _MINE)


def changed(change: Callable[[str, str, str], str]) -> Forge:
    """A good token whose parts are changed after it was signed."""
    return lambda mint, now: change(*mint.token(now).split("."))


def _unsigned(alg: str) -> Forge:
    return lambda mint, now: compact(mint.header(alg=alg), mint.claims(now), lambda _: b"")


def _key_of_our_own(mint: Mint, now: datetime) -> str:
    mine = public(RSAKey.import_key(rsa_key(2)), "rsa-1")
    return compact(mint.header(jwk=mine), mint.claims(now), _STRANGERS)


def _flipped(head: str, body: str, signature: str) -> str:
    other = "A" if signature[10] != "A" else "B"
    return f"{head}.{body}.{signature[:10]}{other}{signature[11:]}"


def _another_person(head: str, body: str, signature: str) -> str:
    del body
    return f"{head}.{b64(json.dumps({'sub': 'admin'}).encode())}.{signature}"


def _swapped(mint: Mint, now: datetime) -> str:
    theirs = mint.token(now, sub="somebody-else").rpartition(".")[2]
    return f"{mint.token(now).rpartition('.')[0]}.{theirs}"


def _nested(mint: Mint, now: datetime) -> str:
    inner = mint.token(now).encode()
    return compact(mint.header(cty="JWT"), inner, _MINE)


def _nested_untold(mint: Mint, now: datetime) -> str:
    return compact(mint.header(), mint.token(now).encode(), _MINE)


def _twice(name: str, value: object) -> Forge:
    return raw_claims(lambda text: f'{text[:-1]}, "{name}": {json.dumps(value)}}}')


def _loose_end(head: str, body: str, signature: str) -> str:
    """The same bytes in another spelling: the last letter has bits that nothing is read of."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return f"{head}.{body}.{signature[:-1]}{letters[letters.index(signature[-1]) + 1]}"


R = Reason
FORGED: Mapping[str, tuple[Forge, Reason]] = {
    # algorithms
    "alg none": (_unsigned("none"), R.FORM),
    "alg none with a signature": (headed(alg="none"), R.ALGORITHM),
    "alg None in other capitals": (headed(alg="nOnE"), R.ALGORITHM),
    "alg missing": (headed(alg=None), R.ALGORITHM),
    "alg a list": (headed(alg=["RS256"]), R.ALGORITHM),
    "HS256 with the public key as PEM": (headed(hs256(_PEM), alg="HS256"), R.ALGORITHM),
    "HS256 with the public key as DER": (headed(hs256(_DER), alg="HS256"), R.ALGORITHM),
    "HS256 called RS256": (headed(hs256(_PEM)), R.SIGNATURE),
    "RS256 called ES256": (headed(alg="ES256"), R.KEY),
    "ES256 called RS256": (headed(es256(ec_key()), kid="ec-1"), R.KEY),
    "ES256 by the right key called RS256 of the other": (headed(es256(ec_key())), R.SIGNATURE),
    "PS256 called RS256": (headed(ps256(rsa_key(1))), R.SIGNATURE),
    "PS256, which is not trusted": (headed(ps256(rsa_key(1)), alg="PS256"), R.ALGORITHM),
    # keys
    "kid that climbs folders": (headed(hs256(b""), kid="../../../../dev/null"), R.KEY),
    "kid with SQL": (headed(_STRANGERS, kid="x' UNION SELECT 'rsa-1' --"), R.KEY),
    "kid missing": (headed(kid=None), R.KEY),
    "kid a number": (headed(kid=1), R.KEY),
    "kid that is long": (headed(kid="k" * 300), R.KEY),
    "kid of the key in letters that look alike": (headed(kid="rsа-1"), R.KEY),  # noqa: RUF001 - Cyrillic
    "kid with an end of text": (headed(kid="rsa-1\x00"), R.KEY),
    "jwk of one's own": (_key_of_our_own, R.HEADER),
    "jku elsewhere": (headed(_STRANGERS, jku="http://127.0.0.1:9/keys"), R.HEADER),
    "x5u elsewhere": (headed(_STRANGERS, x5u="http://127.0.0.1:9/chain"), R.HEADER),
    "x5c of one's own": (headed(_STRANGERS, x5c=[b64(_DER)]), R.HEADER),
    "key of another issuer with the same kid": (headed(_STRANGERS), R.SIGNATURE),
    # headers that change what is signed
    "crit with a word that is not understood": (headed(crit=["exp"]), R.HEADER),
    "b64 false": (headed(crit=["b64"], b64=False), R.HEADER),
    "b64 false without crit": (headed(b64=False), R.HEADER),
    "a header that nobody knows": (headed(policy="loose"), R.SIGNATURE),
    "alg twice": (raw_header('{"alg":"none","kid":"rsa-1","alg":"RS256"}'), R.HEADER),
    "header no object": (raw_header('["RS256"]'), R.HEADER),
    "header no JSON": (raw_header("alg: RS256"), R.HEADER),
    "header nested without end": (raw_header("[" * 9_000), R.HEADER),
    # signatures
    "signature cut short": (changed(lambda h, b, s: f"{h}.{b}.{s[:-8]}"), R.SIGNATURE),
    "signature missing": (changed(lambda h, b, _: f"{h}.{b}."), R.FORM),
    "signature of another token": (_swapped, R.SIGNATURE),
    "signature with a letter changed": (changed(_flipped), R.SIGNATURE),
    "signature spelt otherwise": (changed(_loose_end), R.SIGNATURE),
    "claims changed after signing": (changed(_another_person), R.SIGNATURE),
    "header changed after signing": (
        changed(lambda _, b, s: f"{_SHORTER}.{b}.{s}"),
        R.SIGNATURE,
    ),
    # whom it is of and for
    "aud of another": (saying(aud="https://elsewhere.example.org"), R.CLAIMS),
    "aud a list without us": (saying(aud=["https://elsewhere.example.org", "x"]), R.CLAIMS),
    "aud that we begin with": (saying(aud=f"{AUDIENCE}.evil.example"), R.CLAIMS),
    "aud an object": (saying(aud={AUDIENCE: True}), R.CLAIMS),
    "aud an empty list": (saying(aud=[]), R.CLAIMS),
    "aud missing": (saying(aud=None), R.CLAIMS),
    "iss of another": (saying(iss="https://login.evil.example"), R.CLAIMS),
    "iss with a slash at its end": (lambda m, n: m.token(n, iss=f"{m.issuer}/"), R.CLAIMS),
    "iss in capitals": (lambda m, n: m.token(n, iss=m.issuer.upper()), R.CLAIMS),
    "iss a list with ours": (lambda m, n: m.token(n, iss=[m.issuer]), R.CLAIMS),
    "iss missing": (saying(iss=None), R.CLAIMS),
    "sub missing": (saying(sub=None), R.CLAIMS),
    "sub empty": (saying(sub=""), R.CLAIMS),
    "sub a number": (saying(sub=7), R.CLAIMS),
    "sub with an end of line": (saying(sub="ana\nadmin"), R.CLAIMS),
    "sub with half a letter": (raw_claims(lambda t: t.replace("00u1", "\\ud800")), R.CLAIMS),
    "sub of five hundred letters": (saying(sub="s" * 500), R.CLAIMS),
    # times
    "expired": (after(-61, "exp"), R.EXPIRED),
    "exp missing": (saying(exp=None), R.CLAIMS),
    "exp as text": (saying(exp="2000000000"), R.CLAIMS),
    "exp true": (saying(exp=True), R.CLAIMS),
    "exp without end": (
        raw_claims(lambda t: t.replace('"exp": ', '"exp": 1e999, "x": ')),
        R.CLAIMS,
    ),
    "exp not a number": (
        raw_claims(lambda t: t.replace('"exp": ', '"exp": NaN, "x": ')),
        R.PAYLOAD,
    ),
    "exp in thirty years": (saying(exp=LONG), R.LONG_LIVED),
    "exp of four hundred digits": (
        raw_claims(lambda t: t.replace('"exp": ', f'"exp": 1{"0" * 400}, "x": ')),
        R.LONG_LIVED,
    ),
    "nbf ahead": (after(120, "nbf"), R.EARLY),
    "nbf as text": (saying(nbf="now"), R.CLAIMS),
    "iat ahead": (after(120, "iat", "exp"), R.EARLY),
    "iat missing": (saying(iat=None), R.CLAIMS),
    # other tokens of the same provider
    "an ID token, by its nonce": (saying(nonce="n-0S6"), R.KIND),
    "an ID token, by its at_hash": (saying(at_hash="fweYoA7a59AdsFZM"), R.KIND),
    "an ID token that says so": (saying(token_use="id"), R.KIND),  # noqa: S106 - a kind of token
    "a refresh token": (saying(typ="Refresh"), R.KIND),
    "a logout token": (headed(typ="logout+jwt"), R.KIND),
    "a logout token, by its events": (saying(events={"back-channel": {}}), R.KIND),
    "typ a number": (headed(typ=1), R.KIND),
    "bound to a key that is not shown": (saying(cnf={"jkt": "0ZcOCORZ"}), R.BOUND),
    # form
    "a token in a token": (_nested, R.HEADER),
    "a token in a token, untold": (_nested_untold, R.PAYLOAD),
    "encrypted": (lambda m, n: f"{m.token(n)}.x.y", R.FORM),
    "too large": (saying(padding="x" * 20_000), R.SIZE),
    "sub twice": (_twice("sub", "admin"), R.PAYLOAD),
    "aud twice": (_twice("aud", AUDIENCE), R.PAYLOAD),
    "claims no object": (raw_claims(lambda text: f"[{text}]"), R.PAYLOAD),
    "claims no UTF-8": (
        lambda m, n: compact(m.header(), json.dumps(m.claims(n)).encode() + b"\xff", _MINE),
        R.PAYLOAD,
    ),
    "claims in UTF-16": (
        lambda m, n: compact(m.header(), json.dumps(m.claims(n)).encode("utf-16"), _MINE),
        R.PAYLOAD,
    ),
    "padded": (changed(lambda h, b, s: f"{h}.{b}.{s}=="), R.FORM),
    "with letters of common base64": (changed(lambda h, b, s: f"{h}.{b}.+{s[1:]}"), R.FORM),
    "with a dot of full width": (changed(lambda h, b, s: f"{h}.{b}．{s}"), R.FORM),  # noqa: RUF001 - that is the point
    "with a space inside": (changed(lambda h, b, s: f"{h}.{b} .{s}"), R.FORM),
    "only dots": (lambda *_: "..", R.FORM),
}
