"""Reading a file against its model: the whole of it or nothing, and all its mistakes at once."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from escalation.errors import Fault, Invalid
from escalation.routing.document import Document, read
from escalation.routing.mistakes import faults_of
from escalation.routing.positions import Positions

M = TypeVar("M", bound=BaseModel)

Check = Callable[[Document], Iterable[Fault]]
"""What is wrong between the parts of a document; it may meet any shape and must not trip."""


def load(
    source: str | bytes,
    model: type[M],
    name: str,
    *,
    largest: int,
    check: Check | None = None,
) -> tuple[M, Positions]:
    """The file as its model, and where everything in it stands.

    Args:
        source: the file's bytes, or its text.
        model: what the file must be.
        name: how messages call the file.
        largest: how many bytes it may have.
        check: what to check beside the model, on the plain data.

    Raises:
        TooLarge: it has too many bytes or is nested too deeply.
        Invalid: with one fault for each mistake, in the order of their places; ``file`` of each
            is ``name:line:column``, ``detail`` what was found, expected, and nearest.
    """
    document = read(source, name, largest)
    return _judged(document, model, check, document.data), document.positions


def load_data(
    data: object,
    model: type[M],
    name: str,
    check: Check | None = None,
    *,
    read: object = None,
) -> M:
    """Plain data as its model, as :func:`load` does for a file.

    Args:
        data: what is checked.
        model: what it must be.
        name: how messages call it.
        check: what to check beside the model.
        read: the part of the data that is read as the model, where the rest is known to be right.

    Raises:
        Invalid: with one fault for each mistake; ``pointer`` of each says where it is.
    """
    document = Document(data, Positions(name), [], set())
    return _judged(document, model, check, data if read is None else read)


def _judged(document: Document, model: type[M], check: Check | None, data: object) -> M:
    faults = list(document.faults)
    loaded: M | None = None
    if data is not None or not faults:
        try:
            loaded = model.model_validate(data)
        except ValidationError as error:
            faults += faults_of(error, model, document)
        told = {_where(fault) for fault in faults if fault.code != "missing_key"}
        faults += [fault for fault in check(document) if _where(fault) not in told] if check else []
    if loaded is None or faults:
        refused = f"{document.positions.name} is refused, and nothing was changed"
        raise Invalid(refused, errors=in_order(faults))
    return loaded


def in_order(faults: Iterable[Fault]) -> list[Fault]:
    """The faults by line and column, each told once."""
    return sorted(dict.fromkeys(faults), key=_place)


def _where(fault: Fault) -> str | None:
    return fault.file or fault.pointer


def _place(fault: Fault) -> tuple[int, int]:
    line, column = (fault.file or ":0:0").rsplit(":", 2)[-2:]
    return int(line), int(column)
