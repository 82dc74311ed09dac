"""The ladder file and the directory as the command line finds them: in a file, or in force."""

from dataclasses import dataclass
from pathlib import Path

from escalation.bootstrap import database_of, opened
from escalation.cli.opening import load
from escalation.clock import SystemClock
from escalation.errors import Broken, Invalid
from escalation.routing.approval import Need, needed
from escalation.routing.cross_checks import check_against
from escalation.routing.directory import Directory
from escalation.routing.publication import Publication
from escalation.services import framework
from escalation.services.registry import Known


@dataclass(frozen=True, slots=True)
class Against:
    """What a file was held against: a name for machines, a sentence for people.

    ``needs`` are the approvals without which it may not follow what is in force.
    """

    name: str | None
    sentence: str
    needs: tuple[Need, ...] = ()


def read_ladders(file: Path) -> Publication:
    """A ladder file, read as it would be for publishing today.

    Raises:
        Invalid: with every mistake in it, each with its place.
    """
    return Publication.read(file.read_bytes(), file.name, SystemClock().now().date())


def read_directory(file: Path) -> Directory:
    """A directory file.

    Raises:
        Invalid: with every mistake in it, each with its place.
    """
    return Directory.read(file.read_bytes(), file.name)


def in_force() -> Known | None:
    """What is in force in the database; ``None`` where there is no database yet."""
    settings = load()
    file = database_of(settings)
    if file is not None and not file.exists():
        return None
    with opened(settings, application="escalation command line") as container:
        return framework.in_force(container.desk)


def ladders_in_force() -> Publication:
    """The ladder file in force.

    Raises:
        Broken: none is.
    """
    known = in_force()
    if known is None or known.publication is None:
        raise Broken(
            "No ladder has been published yet: run"
            " `escalation ladders publish FILE --mode new-only --reason ...`,"
            " or name a file with --file."
        )
    return known.publication


def against_directory(publication: Publication, name: str, file: Path | None) -> Against:
    """Hold a ladder file against a directory file, or without one against what is in force.

    Raises:
        Invalid: with everything that one says and the other does not know.
    """
    known = in_force()
    if file is not None:
        directory: Directory | None = read_directory(file)
    else:
        directory = None if known is None else known.directory
    if directory is None:
        return Against(
            None, "No directory is in force to hold it against: name one with --directory."
        )
    _agree(publication, directory, f"{name} does not fit the directory.")
    shown = "the directory in force" if file is None else str(file)
    before = None if known is None else known.publication
    return Against(shown, f"It fits {shown}.", needed(before, publication, directory))


def against_ladders(directory: Directory, name: str, file: Path | None) -> Against:
    """Hold a directory against a ladder file, or without one against what is in force.

    Raises:
        Invalid: with everything that one says and the other does not know.
    """
    if file is not None:
        publication: Publication | None = read_ladders(file)
    else:
        known = in_force()
        publication = None if known is None else known.publication
    if publication is None:
        return Against(
            None, "No ladders are in force to hold it against: name a file with --ladders."
        )
    _agree(publication, directory, f"{name} does not fit the ladders.")
    shown = f"the ladders in force ({publication.label})" if file is None else str(file)
    return Against(shown, f"It fits {shown}.")


def _agree(publication: Publication, directory: Directory, detail: str) -> None:
    if faults := check_against(publication, directory):
        raise Invalid(detail, errors=faults)
