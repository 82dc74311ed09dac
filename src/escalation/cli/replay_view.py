"""A replay's report for people: a few tables, the same bytes for the same report."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from escalation.cli.screen import err, say
from escalation.services.replay.driving import Progress
from escalation.services.replay.run import Report

_TOTALS = ("in_the_log", "refused", "by_the_engine", "in_the_paper")
_SEVERITIES = ("critical", "high", "medium", "low")


@contextmanager
def following(title: str) -> Iterator[Callable[[Progress], None]]:
    """A bar on standard error while a terminal watches; gives what moves it."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("acts, {task.fields[clocks]} clocks"),
        TimeElapsedColumn(),
    )
    screen = err()
    with Bar(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bar:
        task = bar.add_task(title, total=None, clocks=0)
        yield lambda now: bar.update(task, completed=now.acts, total=now.of, clocks=now.clocks)


def show(report: Report) -> None:
    """Print the report."""
    log, acts, moves = report["log"], report["acts"], report["log"]["moves"]
    replayed = report["replay"]
    say(f"{replayed['log']} as {replayed['mapping']}, seed {replayed['seed']}")
    _table(
        None,
        ("", ""),
        [
            ("rows", log["rows"]),
            ("cases", log["cases"]),
            ("from", log["first_at"]),
            ("to", log["last_at"]),
            ("issues", report["issues"]),
            ("events", report["events"]),
            ("clocks fired", report["clocks"]["fired"]),
            ("unresolved now", report["unresolved"]["total"]),
            ("exhausted now", report["unresolved"]["exhausted"]),
            ("moves of the log up", moves["up"]),
            ("moves of the log down", moves["down"]),
            ("moves of the log sideways", moves["sideways"]),
            ("clock checks", report["clock_checks"]["checked"]),
            ("clock mismatches", report["clock_checks"]["mismatches"]),
        ],
    )
    _table("Issues", ("status", "issues"), report["issues_by_status"].items())
    _table("Acts of the log", ("act", "done", "refused"), _acts(acts))
    _table(
        "Refused by rule",
        ("rule", "act", "times"),
        sorted((rule, act, n) for act, by in acts["refused"].items() for rule, n in by.items()),
    )
    _table("Not logged", ("rule", "cases"), acts["not_logged"].items())
    climbed = report["climbed_to"].items()
    _table(
        "Climbed to",
        ("rung", "how", "times"),
        [(rung, how, n) for rung, by in climbed for how, n in by.items()],
    )
    for kind, by_rung in report["past_target"].items():
        _table(f"Past target: {kind}", ("rung", *_SEVERITIES), _severities(by_rung))
    _table("Unresolved now", ("rung", *_SEVERITIES), _severities(report["unresolved"]["by_rung"]))
    _table("Tabled", ("forum", "meeting", "items", "how they left"), _tabled(report["tabled"]))
    _table(
        "Totals of the board paper against the log",
        ("total", "log", "refused", "engine and forums", "paper", "adds up"),
        [
            (name, *(each[n] for n in _TOTALS), "yes" if each["agrees"] else "NO")
            for name, each in report["totals"].items()
        ],
    )
    for line in report["clock_checks"]["told"]:
        say(line)


def _acts(acts: Mapping[str, Any]) -> Iterable[Sequence[Any]]:
    for act in sorted({*acts["done"], *acts["refused"]}):
        yield act, acts["done"].get(act, 0), sum(acts["refused"].get(act, {}).values())


def _severities(by_rung: Mapping[str, Mapping[str, int]]) -> Iterable[Sequence[Any]]:
    for rung, counted in by_rung.items():
        yield rung, *(counted[severity] for severity in _SEVERITIES)


def _tabled(meetings: Iterable[Mapping[str, Any]]) -> Iterable[Sequence[Any]]:
    for meeting in meetings:
        left = ", ".join(f"{n} {outcome}" for outcome, n in meeting["outcomes"].items())
        yield meeting["forum"], meeting["starts_at"], meeting["items"], left


def _table(title: str | None, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table as plain text: numbers to the right, nothing depends on the terminal's width."""
    listed = [tuple(row) for row in rows]
    if not listed:
        return
    texts = [columns, *(tuple(str(cell) for cell in row) for row in listed)]
    widths = [max(len(row[n]) for row in texts) for n in range(len(columns))]
    right = [all(isinstance(row[n], int) for row in listed) for n in range(len(columns))]
    say("")
    if title is not None:
        say(title)
    for row in texts if title is not None else texts[1:]:
        cells = zip(row, widths, right, strict=True)
        line = "  ".join(c.rjust(w) if flush else c.ljust(w) for c, w, flush in cells)
        say(f"  {line}".rstrip())
