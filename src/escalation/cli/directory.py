"""``escalation directory``: parties, people, appointments and forums."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from escalation.bootstrap import Container
from escalation.cli.differences import print_differences
from escalation.cli.files import against_ladders, read_directory
from escalation.cli.groups import group
from escalation.cli.opening import at_the_desk, me
from escalation.cli.screen import AsJson, pairs, say, say_json, table, tell
from escalation.errors import Broken
from escalation.routing.differences import Difference
from escalation.routing.directory import Directory
from escalation.routing.directory_text import file_of
from escalation.services import framework
from escalation.services.reading.directory import Noun, part_of, view

app = group(
    "Check a directory file, put it in force, show and export what is."
    "\n\nExample: escalation directory check config/directory.yaml"
)

File = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The directory file.")
]


@app.command()
def check(
    file: File,
    ladders: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="A ladder file to hold it against, instead of the one in force.",
        ),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Look for mistakes in a directory file, and hold it against the ladders; changes nothing.

    Example: escalation directory check config/directory.yaml
    """
    directory = read_directory(file)
    against = against_ladders(directory, file.name, ladders)
    counts = _counts(directory)
    if as_json:
        say_json({"file": str(file), "held_against": against.name, **counts})
        return
    say(f"{file} is in order: " + ", ".join(f"{count} {name}" for name, count in counts.items()))
    say(against.sentence)


@app.command()
def apply(
    file: File,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put a directory file in force: all of it, or with a mistake in it nothing.

    What is added, changed, ended and removed is shown first; at a terminal you are asked. Who holds
    which seat is looked up again for every unresolved issue.

    Example: escalation directory apply config/directory.yaml --dry-run
    """
    with at_the_desk() as container:
        directory = framework.check_directory(container.desk, file.read_bytes(), file.name)
        found = framework.compared(container.desk, directory)
        if not as_json:
            print_differences(found)
        if dry_run:
            _say_unchanged(found, as_json=as_json)
            return
        if found and not yes and not as_json and sys.stdin.isatty():
            typer.confirm("Put this in force?", abort=True)
        applied = framework.put_in_force(container.desk, directory, actor=me())
    if as_json:
        told = {"epoch": applied.epoch, "hash": applied.hash, "changed": applied.changed}
        say_json({**told, "differences": [each.told for each in applied.differences]})
    elif applied.changed:
        say(f"{file} is in force: version {applied.epoch} of the directory.")
        tell("The worker looks up the holders of unresolved issues again.")
    else:
        say(f"{file} was in force already: version {applied.epoch}.")


def _say_unchanged(found: Sequence[Difference], *, as_json: bool) -> None:
    if as_json:
        say_json({"changed": False, "differences": [each.told for each in found]})
    else:
        say("Nothing was changed.")


@app.command()
def export() -> None:
    """Print the directory in force as a file that `apply` puts in force again, unchanged.

    Example: escalation directory export > directory.yaml
    """
    with at_the_desk() as container:
        text = file_of(_in_force(container).document())
    typer.echo(text, nl=False)


@app.command()
def show(
    part: Annotated[
        Noun | None, typer.Argument(help="A part such as appointments; without one, the counts.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show the directory in force, or one part of it.

    Example: escalation directory show appointments
    """
    with at_the_desk() as container:
        directory = _in_force(container)
    if part is None:
        counts = {noun.value: len(getattr(directory.file, noun.value)) for noun in Noun}
        if as_json:
            say_json(counts)
        else:
            pairs({name.replace("_", " "): str(count) for name, count in counts.items()})
        return
    entries = {code: view(part, code, entry) for code, entry in part_of(directory, part).items()}
    if as_json:
        say_json(list(entries.values()))
    else:
        rows = [[code, _words(entry)] for code, entry in sorted(entries.items())]
        table(None, ["code", part.single], rows)


def _in_force(container: Container) -> Directory:
    directory = framework.in_force(container.desk).directory
    if directory is None:
        raise Broken("No directory has been applied yet: `escalation directory apply FILE`.")
    return directory


def _words(entry: Mapping[str, Any]) -> str:
    """What an entry says, without what it leaves open."""
    said = {name: value for name, value in entry.items() if name not in {"id", "code"} and value}
    return ", ".join(f"{name}: {value}" for name, value in said.items())


def _counts(directory: Directory) -> dict[str, int]:
    file = directory.file
    return {
        "clusters": len(file.clusters),
        "providers": len(file.providers),
        "agencies": len(file.agencies),
        "people": len(file.people),
        "appointments": len(file.appointments),
        "forums": len(file.forums),
    }
