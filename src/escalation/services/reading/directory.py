"""The directory, noun by noun: each entry with the code that names it everywhere."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from escalation.errors import NotFound
from escalation.routing.directory_file import DirectoryFile
from escalation.routing.wording import not_among
from escalation.services.reading.reader import Look


class Noun(StrEnum):
    """The parts of the directory."""

    CLUSTERS = "clusters"
    PROVIDERS = "providers"
    AGENCIES = "agencies"
    FUNCTIONS = "functions"
    SERVICES = "services"
    REGIONS = "regions"
    PEOPLE = "people"
    APPOINTMENTS = "appointments"
    FORUMS = "forums"


_BY_ID = frozenset({Noun.PEOPLE, Noun.APPOINTMENTS})


def listed(look: Look, noun: Noun) -> list[dict[str, Any]]:
    """Every entry of a part, by code."""
    return [_view(noun, code, entry) for code, entry in sorted(_part(look, noun).items())]


def one(look: Look, noun: Noun, code: str) -> dict[str, Any]:
    """One entry.

    Raises:
        NotFound: there is none of that code; names the nearest.
    """
    part = _part(look, noun)
    if code not in part:
        raise NotFound(f"None of the {noun} has that code: {not_among(code, part)}.")
    return _view(noun, code, part[code])


def _part(look: Look, noun: Noun) -> Mapping[str, BaseModel]:
    file: DirectoryFile = look.directory.file
    part: Mapping[str, BaseModel] = getattr(file, noun.value)
    return part


def _view(noun: Noun, code: str, entry: BaseModel) -> dict[str, Any]:
    named = {"id": code} if noun in _BY_ID else {"id": code, "code": code}
    return {**named, **entry.model_dump(mode="json", by_alias=True)}
