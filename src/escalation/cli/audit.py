"""``escalation audit``: the record's chain, its seals, and what of it leaves the house."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from escalation.bootstrap import Container
from escalation.cli.groups import group
from escalation.cli.opening import at_the_desk, me
from escalation.cli.screen import AsJson, progress, say, say_json, tell
from escalation.errors import Broken
from escalation.services.record import exporting
from escalation.services.record.deidentified import exported as released
from escalation.services.record.findings import MOST, Report
from escalation.services.record.sealing import AT_ONCE
from escalation.store import auditing
from escalation.store.transaction import read

app = group("Verify, seal and export the record.\n\nExample: escalation audit verify")

Since = Annotated[
    int | None, typer.Option(min=1, metavar="SEAL", help="Begin after the seal of this number.")
]
OfIssue = Annotated[
    str | None, typer.Option(metavar="ISSUE", help="One issue alone, by reference or id.")
]


@app.command()
def verify(since: Since = None, issue: OfIssue = None, *, as_json: AsJson = False) -> None:
    """Take every hash again, and hold seals, signatures and the sealing place against it.

    Exit status 1 where anything was changed, removed, swapped or put in; it says what and where.

    Example: escalation audit verify --issue SSI-2026-000012
    """
    _only_one(since, issue)
    with at_the_desk() as container:
        report = _verified(container, since, issue)
        if container.place is None:
            report.notes.append(
                "No sealing place is named (ESCALATION_SEAL_PLACE): that the newest seals were"
                " taken out of the database would not be found out."
            )
    if as_json:
        say_json(report.told())
    else:
        _say(report)
    if not report.ok:
        raise typer.Exit(1)


def _verified(container: Container, since: int | None, issue: str | None) -> Report:
    if issue is not None:
        return container.verifier.issue(issue)
    with read(container.engine) as connection:
        total, _, _ = auditing.counts(connection)
    with progress("Verifying", total) as advance:
        return container.verifier.all(since or 0, advance)


def _say(report: Report) -> None:
    say(f"{report.entries:,} entries under {report.seals:,} seals were looked at.")
    for note in report.notes:
        tell(f"Note: {note}")
    if report.ok:
        say("The record is whole.")
        return
    for finding in report.findings:
        say(finding.line)
    if report.found > len(report.findings):
        say(f"... and {report.found - MOST:,} more.")
    say(f"The record has been tampered with, or damaged: {report.found:,} findings.")


@app.command()
def seal(*, as_json: AsJson = False) -> None:
    """Seal now what was recorded since the last seal; the worker does it by itself.

    Example: escalation audit seal
    """
    count = 0
    with at_the_desk() as container:
        while done := container.sealer.seal():
            count += done
            if done < AT_ONCE:
                break
    if as_json:
        say_json({"entries": count})
    else:
        say(f"{count:,} entries were sealed.")


@app.command("rotate-key")
def rotate_key(*, as_json: AsJson = False) -> None:
    """Seal with a new key from now on; the old one signs it, and its secret part is destroyed.

    Example: escalation audit rotate-key
    """
    with at_the_desk() as container:
        made = container.sealer.rotate(me())
    if as_json:
        say_json({"number": made.number, "public": made.public})
    else:
        say(f"Seal key {made.number} seals from now on: {made.public}")


@app.command()
def export(
    out: Annotated[Path | None, typer.Option(help="Write it to this file.")] = None,
    since: Since = None,
    issue: OfIssue = None,
    *,
    deidentified: Annotated[
        bool,
        typer.Option("--deidentified", help="Issues as figures, without a name or a sentence."),
    ] = False,
) -> None:
    """Write the record as JSON Lines, with seals and a proof for each entry.

    docs/record.md says how anyone verifies it without this program. With --deidentified, issues
    are written as figures for research: nothing in it is proven, and nobody is named.

    Example: escalation audit export --issue SSI-2026-000012 --out issue.jsonl
    """
    _only_one(since, issue)
    if deidentified and (since or issue):
        raise typer.BadParameter("--deidentified is of all issues: leave --since and --issue out")
    with at_the_desk() as container:
        lines = _lines(container, since, issue, deidentified=deidentified)
        if out is None:
            for line in lines:
                typer.echo(line)
            return
        count = _written(out, lines)
    tell(f"{out}: {count:,} lines.")


def _lines(
    container: Container, since: int | None, issue: str | None, *, deidentified: bool
) -> Iterable[str]:
    if deidentified:
        return released(container.engine, container.ids)
    if issue is not None:
        return exporting.of_issue(container.engine, issue)
    return exporting.everything(container.engine, since or 0)


def _written(out: Path, lines: Iterable[str]) -> int:
    count = 0
    try:
        with out.open("w", encoding="utf-8") as file:
            for line in lines:
                file.write(f"{line}\n")
                count += 1
    except OSError as error:
        raise Broken(f"{out} cannot be written: {error.strerror}.") from error
    return count


def _only_one(since: int | None, issue: str | None) -> None:
    if since is not None and issue is not None:
        raise typer.BadParameter("--since and --issue go not together: an issue comes whole")
