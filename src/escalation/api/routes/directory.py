"""The directory: parties, functions, services, regions, people, appointments, forums."""

from collections.abc import Callable, Iterator
from typing import Annotated, Any

from fastapi import Path, Response

from escalation.api import paging
from escalation.api.deps import Ask
from escalation.api.operations import FINDS, READS, Operation
from escalation.api.schemas.answers import Listed
from escalation.services.reading import directory
from escalation.services.reading.directory import Noun

_ONE = {
    Noun.CLUSTERS: "cluster",
    Noun.PROVIDERS: "provider",
    Noun.AGENCIES: "agency",
    Noun.FUNCTIONS: "function",
    Noun.SERVICES: "service",
    Noun.REGIONS: "region",
    Noun.PEOPLE: "person",
    Noun.APPOINTMENTS: "appointment",
    Noun.FORUMS: "forum",
}


def _lister(noun: Noun) -> Callable[..., Any]:
    def listed(asked: Ask) -> Response:
        with asked.means.reader.look(asked.caller) as look:
            found = directory.listed(look, noun)
        return paging.whole(asked, found)

    listed.__doc__ = f"The {noun} of the directory in force, by code."
    return listed


def _finder(noun: Noun) -> Callable[..., Any]:
    def found(asked: Ask, code: Annotated[str, Path(description="Its code.")]) -> Response:
        with asked.means.reader.look(asked.caller) as look:
            entry = directory.one(look, noun, code)
        return paging.single(entry)

    found.__doc__ = f"One {_ONE[noun]} of the directory in force."
    return found


def _operations() -> Iterator[Operation]:
    for noun, single in _ONE.items():
        yield Operation(
            method="GET",
            path=f"/v1/{noun.value}",
            name=f"list_{noun.value}",
            tag="directory",
            summary=f"List {noun.value}",
            endpoint=_lister(noun),
            answer=Listed,
            refusals=READS,
        )
        yield Operation(
            method="GET",
            path=f"/v1/{noun.value}/{{code}}",
            name=f"get_{single}",
            tag="directory",
            summary=f"Read {'an' if single.startswith('a') else 'a'} {single}",
            endpoint=_finder(noun),
            refusals=FINDS,
        )


OPERATIONS = tuple(_operations())
