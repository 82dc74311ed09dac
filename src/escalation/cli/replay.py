"""``escalation replay``: a real event log through the engine, on a clock of its own."""

from pathlib import Path
from typing import Annotated

import typer

from escalation.cli.opening import load
from escalation.cli.replay_view import following, show
from escalation.cli.screen import AsJson, err, say_json, tell
from escalation.clock import monotonic
from escalation.errors import Invalid
from escalation.reports import FORMATS
from escalation.routing.wording import not_among
from escalation.services.kept_digests import JSON
from escalation.services.replay.mapping import LogMapping
from escalation.services.replay.paper import Document, rendered
from escalation.services.replay.run import Replay, Report, replay_log
from escalation.services.replay.stage import Framework

LADDERS, DIRECTORY, MAPPINGS = "escalation_ladders.yaml", "directory.yaml", "mappings"

Log = Annotated[Path, typer.Argument(metavar="FILE", help="The log: .csv or .csv.gz.")]
Mapping = Annotated[
    str,
    typer.Option("--mapping", help="A mapping of config/mappings by name, or a file of your own."),
]
Keep = Annotated[
    str | None,
    typer.Option(metavar="DB", help="Keep the database: an SQLite file, or a URL. Empty before."),
]
Seed = Annotated[int, typer.Option(help="Another seed gives other identifiers, nothing else.")]
Follow = Annotated[
    bool, typer.Option("--follow", help="Make the log's own moves between lines climbs here too.")
]
Paper = Annotated[
    Path | None,
    typer.Option(metavar="OUT", help="Write the board paper it ends in: .pdf, .html, .md, ..."),
]
Limit = Annotated[
    int | None, typer.Option(min=1, help="Take only the cases that began first, so many.")
]


def replay(  # noqa: PLR0913 - each option is one the interface names
    file: Log,
    mapping: Mapping,
    *,
    keep: Keep = None,
    seed: Seed = 1,
    follow: Follow = False,
    limit: Limit = None,
    paper: Paper = None,
    as_json: AsJson = False,
) -> None:
    """Drive a real event log through the engine and print what happened.

    It runs on a virtual clock in a throwaway database, and sends nothing out. The same log,
    mapping and seed print the same bytes. Exit status 1 where a clock or a total does not add up.

    Example: escalation replay samples/uci_servicenow.csv --mapping uci_servicenow
    """
    config = load().config_dir
    kind = None if paper is None else _kind(paper)
    ended: list[Document] = []
    wanted = Replay(
        log=file,
        mapping=_mapping(mapping, config / MAPPINGS),
        under=Framework(
            ladders=_bytes(config / LADDERS),
            ladders_name=LADDERS,
            directory=_bytes(config / DIRECTORY),
            directory_name=DIRECTORY,
        ),
        seed=seed,
        database=None if keep is None else _url(keep),
        follow=follow,
        limit=limit,
        paper=ended.append,
    )
    report = _watched(wanted)
    if paper is not None and kind is not None:
        paper.write_bytes(rendered(ended[0], file.name, kind))
        tell(f"The board paper that it ends in is in {paper}.")
    if as_json:
        say_json(report)
    else:
        show(report)
    adds_up = all(each["agrees"] for each in report["totals"].values())
    if report["clock_checks"]["mismatches"] or not adds_up:
        raise typer.Exit(1)


def _kind(paper: Path) -> str:
    """The format of a file by its ending.

    Raises:
        Invalid: there is no such format.
    """
    kind = paper.suffix.removeprefix(".")
    if kind not in {JSON, *FORMATS}:
        raise Invalid(f"--paper: {not_among(kind, [JSON, *FORMATS])} as the ending of the file.")
    return kind


def _watched(wanted: Replay) -> Report:
    """The replay with a bar, and its rate, for whoever watches at a terminal."""
    began = monotonic()
    with following(f"Replaying {wanted.log.name}") as move:
        report = replay_log(wanted, move)
    if err().is_terminal:
        rows, seconds = report["log"]["rows"], monotonic() - began
        tell(f"{rows} rows in {seconds:.1f} seconds, {rows / seconds:.0f} rows a second.")
    return report


def _mapping(name: str, folder: Path) -> LogMapping:
    """A mapping by name, or from a file.

    Raises:
        Invalid: there is none, or it has mistakes.
    """
    known = folder / f"{name}.yaml"
    path = known if known.is_file() else Path(name)
    if not path.is_file():
        names = sorted(found.stem for found in folder.glob("*.yaml"))
        raise Invalid(f"--mapping: {not_among(name, names)}, or the path of a file.")
    return LogMapping.read(_bytes(path), path.name)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}.") from error


def _url(keep: str) -> str:
    return keep if "://" in keep else f"sqlite:///{keep}"
