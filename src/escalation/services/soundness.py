"""Whether a database is as this version of the product needs it."""

from dataclasses import dataclass

from escalation.store import migrate, upkeep
from escalation.store.dialect import database_file
from escalation.store.transaction import Engine

OLDEST_POSTGRES = 15


@dataclass(frozen=True, slots=True)
class Soundness:
    """What was found: ``faults`` must be mended, ``warnings`` should be known."""

    program: str
    revision: str | None
    head: str | None
    faults: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing has to be mended."""
        return not self.faults


def examine(engine: Engine) -> Soundness:
    """Look at the version of the tables, at their form, and at what the database says of itself."""
    found = migrate.revision(engine)
    faults: list[str] = []
    if not found.is_current:
        faults.append(
            f"The tables are at {found.current or 'no version'}, this program needs {found.head}:"
            " run `escalation db upgrade`."
        )
    else:
        faults += [f"The tables differ: {each}" for each in migrate.differences(engine)]
    faults += [f"The file is damaged: {each}" for each in upkeep.faults(engine)]
    version = upkeep.server_version(engine)
    embedded = database_file(engine.url.render_as_string(hide_password=False)) is not None
    wrong, warnings = _sqlite(version) if embedded else _postgres(version)
    return Soundness(
        program=f"{'SQLite' if embedded else 'PostgreSQL'} {version}",
        revision=found.current,
        head=found.head,
        faults=(*faults, *wrong),
        warnings=tuple(warnings),
    )


def _sqlite(version: str) -> tuple[list[str], list[str]]:
    if tuple(map(int, version.split("."))) >= upkeep.WAL_RESET_FIXED:
        return [], []
    fixed = ".".join(map(str, upkeep.WAL_RESET_FIXED))
    warning = (
        f"SQLite before {fixed} can damage a file that two programs write and checkpoint at once."
        " The product lets one process checkpoint; open the file with nothing else while it serves."
    )
    return [], [warning]


def _postgres(version: str) -> tuple[list[str], list[str]]:
    major = int(version.split(".", maxsplit=1)[0].split(maxsplit=1)[0])
    if major >= OLDEST_POSTGRES:
        return [], []
    return [f"PostgreSQL {OLDEST_POSTGRES} or later is needed."], []


def upgraded(engine: Engine) -> tuple[str | None, str | None]:
    """Migrate to the tables that this version needs; answers the versions before and after."""
    before = migrate.revision(engine).current
    return before, migrate.upgrade(engine).current
