"""One entry of the directory is added, changed or removed: each makes its next version.

What the change concerns is checked by the rules of a whole file, and the directory that comes of it
against the ladders.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from escalation.errors import Fault, Invalid, NotFound, PreconditionFailed, Refused
from escalation.routing.amending import amended
from escalation.routing.cross_checks import check_against
from escalation.routing.directory import Directory
from escalation.routing.wording import not_among
from escalation.services.desk import Desk
from escalation.services.framework import TRIES, Applied, Moved, in_force, put_in_force
from escalation.services.reading.directory import Noun
from escalation.workflow.facts import Actor

Entry = Mapping[str, Any]
Make = Callable[[Entry | None], Entry | None]
"""An entry as it will be, of what it is: none before it is added, none once it is removed."""


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one entry; ``seen`` is the version of the directory that the caller saw."""

    noun: Noun
    code: str
    make: Make
    seen: int | None = None
    reason: str | None = None


def added(noun: Noun, code: str, entry: Entry) -> Make:
    """A new entry.

    Raises:
        Refused: when it is made and there is one of that code.
    """

    def make(before: Entry | None) -> Entry:
        if before is not None:
            detail = f"There is {noun.single} `{code}` already; change that one, or choose a code."
            raise Refused(detail, "code_taken", errors=[Fault("code_taken", detail, "/code")])
        return entry

    return make


def merged(patch: Entry) -> Make:
    """An entry with these members, and without those that are None (RFC 7396)."""

    def make(before: Entry | None) -> Entry:
        every = {**(before or {}), **patch}
        return {name: value for name, value in every.items() if value is not None}

    return make


def removed(_: Entry | None) -> None:
    """No entry."""


def change(desk: Desk, wanted: Change, *, actor: Actor) -> Applied:
    """Make the next version of the directory.

    Raises:
        NotFound: there is no such entry to be changed or removed.
        PreconditionFailed: the directory has moved on since the caller saw it.
        Invalid: what it would come to has mistakes; pointers are into the entry as it was sent.
        Refused: the rule that ``make`` names.
    """
    for _ in range(TRIES):
        known = in_force(desk)
        if wanted.seen is not None and wanted.seen != known.directory_epoch:
            raise PreconditionFailed(
                f"The directory has moved on from version {wanted.seen} to "
                f"{known.directory_epoch}; look at it again and decide anew.",
                extra={"current": {"epoch": known.directory_epoch}},
            )
        if known.directory is None:
            raise NotFound("No directory has been applied yet: `escalation directory apply FILE`.")
        directory = _changed(known.directory, wanted)
        if known.publication is not None:
            faults = check_against(known.publication, directory)
            if faults:
                raise _refused(faults, wanted)
        try:
            return put_in_force(desk, directory, actor=actor, over=known, reason=wanted.reason)
        except Moved:
            continue
    raise Moved("The directory is being changed by others; try again.")


def _changed(directory: Directory, wanted: Change) -> Directory:
    part: Mapping[str, Entry] = directory.document().get(wanted.noun.value, {})
    before = part.get(wanted.code)
    after = wanted.make(before)
    if before is None and after is None:
        detail = not_among(wanted.code, part)
        raise NotFound(f"None of the {wanted.noun.value} has that code: {detail}.")
    try:
        return amended(directory, {wanted.noun.value: {wanted.code: after}})
    except Invalid as error:
        raise _refused(error.errors, wanted) from error


def _refused(faults: Any, wanted: Change) -> Invalid:  # noqa: ANN401 - any sequence of faults
    told = [_as_sent(fault, f"/{wanted.noun.value}/{wanted.code}") for fault in faults]
    return Invalid("The directory was not changed.", errors=told)


def _as_sent(fault: Fault, place: str) -> Fault:
    """A fault with its pointer into what was sent; one of another entry says where it is."""
    pointer = fault.pointer or ""
    if pointer == place or pointer.startswith(f"{place}/"):
        return Fault(fault.code, fault.detail, pointer=pointer.removeprefix(place))
    return Fault(fault.code, f"{fault.file or pointer}: {fault.detail}", pointer="")
