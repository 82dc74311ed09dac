"""Addresses of mail: what is taken for one, and names beside them.

RFC 5321 and 5322: a dot-atom at a domain. Letters of other languages may stand in the domain,
which is then written as RFC 5891 has it, and in names; not before the `@`, where a server on the
way may not take them.
"""

import re

LONGEST, LONGEST_LOCAL = 254, 64
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_NAME_LONGEST = 100


def address(text: str) -> str:
    """The address as it is sent, in ASCII.

    Raises:
        ValueError: it is none; the text says why.
    """
    local, at, domain = text.rpartition("@")
    if not at or not _LOCAL.fullmatch(local) or len(local) > LONGEST_LOCAL:
        raise ValueError(f"{text[:LONGEST]!r} is no address: expected name@domain, before @ ASCII")
    found = f"{local}@{domain_of(domain)}"
    if len(found) > LONGEST:
        raise ValueError(f"{text[:LONGEST]!r} is too long for an address")
    return found


def domain_of(text: str) -> str:
    """A domain in ASCII.

    Raises:
        ValueError: it is none.
    """
    try:
        ascii_ = text.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise ValueError(f"{text[:LONGEST]!r} is no domain") from error
    if not ascii_ or not all(_LABEL.fullmatch(label) for label in ascii_.split(".")):
        raise ValueError(f"{text[:LONGEST]!r} is no domain")
    return ascii_


def line(text: str, longest: int = 200) -> str:
    """Text in one line, without anything that no line has: for headers."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    one = " ".join(plain.split())
    return one if len(one) <= longest else f"{one[: longest - 3]}..."


def name(text: str) -> str:
    """A name as it stands beside an address."""
    return line(text, _NAME_LONGEST)
