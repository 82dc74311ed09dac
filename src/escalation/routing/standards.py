"""The standards of the customer service charter that a clock serves."""

from msgspec import Struct

from escalation.routing.directory import Directory


class Standard(Struct, frozen=True):
    """What the charter promises, as it is shown with the clock that serves it."""

    id: str
    title: str
    statement: str
    clause: str | None


def served(
    directory: Directory, provider: str, function: str | None, clock: str
) -> tuple[Standard, ...]:
    """The standards that a clock of this kind serves for a provider and a function, by their id.

    A standard that names no provider is every provider's, one that names no function every
    function's and that of issues about the whole agreement.
    """
    key = ("standards", provider, function, clock)
    found: tuple[Standard, ...] | None = directory.memo.get(key)
    if found is None:
        found = tuple(
            Standard(code, entry.title, entry.statement, entry.clause)
            for code, entry in sorted(directory.file.service_standards.items())
            if clock in entry.clocks
            and entry.provider in {None, provider}
            and (not entry.functions or function in entry.functions)
        )
        directory.remember(key, found)
    return found
