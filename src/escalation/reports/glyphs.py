"""The font of the PDF, and what stands for a character that it does not have."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from io import BytesIO

_SPACE = re.compile(r"\s+")
_LONG = re.compile(r"\S{24}(?=\S)")
_MAY_BREAK = "\N{ZERO WIDTH SPACE}"
_JOINS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
_NOT_TEXT = frozenset({"Cc", "Cf", "Cn", "Co", "Cs"})
"""Controls, formats (those that turn the direction of text among them), what has no meaning."""


@cache
def fonts() -> Mapping[str, bytes]:
    """The files of FiraGO that a paper is set in, by name: its regular and its bold."""
    from pymupdf_fonts import myfont  # noqa: PLC0415 - unpacking the fonts takes a tenth of a second

    return {"regular.ttf": myfont("figo"), "bold.ttf": myfont("figbo")}


@cache
def characters() -> frozenset[str]:
    """Every character that each of the font's files can show."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - heavy, and for the PDF alone

    known = (TTFont(BytesIO(body), lazy=True).getBestCmap() for body in fonts().values())
    found = {chr(code) for code in frozenset.intersection(*map(frozenset, known))}
    return frozenset(c for c in found if c in _JOINS or unicodedata.category(c) not in _NOT_TEXT)


def shown(text: str) -> str:
    """Text as the font can show it, on one line, a long word free to break.

    A character that the font lacks stands as its code and name, as ``[U+1F600 GRINNING FACE]``.
    """
    line = _SPACE.sub(" ", text).strip()
    known = characters()
    named = "".join(each if each in known else _named(each) for each in line)
    return _LONG.sub(rf"\g<0>{_MAY_BREAK}", named)


def _named(character: str) -> str:
    name = unicodedata.name(character, "")
    return f"[U+{ord(character):04X}{name and ' '}{name}]"
