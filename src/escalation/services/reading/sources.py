"""Values with where they were set: publication, file, line, by whom, under which clause."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any

from escalation.routing.effective import Source, Valued
from escalation.routing.publication import Publication
from escalation.routing.vocabulary import Layer, SetBy
from escalation.services.views import LAYER_FIELDS
from escalation.timekeeping.duration import Duration


def source_view(publication: Publication, source: Source) -> dict[str, Any]:
    """Where a value was set."""
    return {
        "publication": {"label": publication.label, "hash": publication.hash},
        "file": source.file,
        "line": source.line,
        "set_by": source.set_by.value,
        "clause": source.clause,
    }


def valued(publication: Publication, found: Valued[Any]) -> dict[str, Any]:
    """A value beside its source."""
    return {"value": plain(found.value), "source": source_view(publication, found.source)}


def layer_values(publication: Publication, layer: Layer) -> Iterator[tuple[str, Any]]:
    """What the ladder file says of a layer of delivery, each with its source."""
    entry = getattr(publication.file.layers, layer)
    positions = publication.positions
    for name in LAYER_FIELDS:
        line = positions.line(("layers", layer.value, name))
        source = Source(publication.hash, positions.name, line, SetBy.BASE, None)
        yield name, valued(publication, Valued(getattr(entry, name), source))


def plain(value: Any) -> Any:  # noqa: ANN401 - whatever a ladder holds
    """A value as JSON has it: durations as they are written, words as they are spelt."""
    if isinstance(value, Valued):
        return plain(value.value)
    if isinstance(value, (Duration, date)):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    return _inside(value)


def _inside(value: Any) -> Any:  # noqa: ANN401 - as above
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(inner) for key, inner in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(inner) for inner in value]
    if isinstance(value, frozenset):
        return sorted(plain(inner) for inner in value)
    if is_dataclass(value):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    return value
