"""Small logs, written out, and the plain mapping that reads them."""

from collections.abc import Sequence
from pathlib import Path

from escalation.services.replay.mapping import LogMapping
from escalation.services.replay.run import Replay, Report, replay_log
from escalation.services.replay.stage import Framework

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "config"
SAMPLES = ROOT / "samples"
NAMES = ("volvo_incidents", "volvo_problems", "uci_servicenow", "helpdesk_italian")

PLAIN = """\
title: A plain log
source: invented
missing: ["", "?"]
columns: {case: case, at: at, received: received}
time: {format: iso, zone: Australia/Brisbane}
state:
  columns: [state]
  values: {queued: queued, working: working, resolved: resolved,
    closed: closed, gone: withdrawn, same: same}
  waits:
    asking: {awaiting: raiser, until: 2 business days}
    vendor: {awaiting: third_party, until: 2 business days}
moves: {column: line, ranks: {one: 1, two: 2, three: 3}}
issue:
  kind: issue
  system: plain
  title: "About {about}"
  description: Invented.
  raiser: staff
  channel: {otherwise: phone}
  agency: {otherwise: rivers}
  function: {column: about, values: {pay: payroll}, spread: [payroll, finance]}
  severity: {column: severity, values: {bad: high}, otherwise: medium}
outcome: {summary: Done., reasons: None told.}
"""

HEADER = "case,at,received,state,line,about,severity"


def plain(text: str = PLAIN) -> LogMapping:
    """A mapping from its text."""
    return LogMapping.read(text, "plain.yaml")


def shipped(name: str) -> LogMapping:
    """A mapping that comes with the product."""
    path = CONFIG / "mappings" / f"{name}.yaml"
    return LogMapping.read(path.read_bytes(), path.name)


def row(case: str, at: str, state: str, line: str = "one", *, severity: str = "") -> str:
    """A row of a plain log."""
    return f"{case},{at},?,{state},{line},pay,{severity}"


def written(folder: Path, rows: Sequence[str], header: str = HEADER) -> Path:
    """A plain log as a file."""
    path = folder / "log.csv"
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return path


def framework() -> Framework:
    """The ladders and the directory that come with the product."""
    ladders, directory = CONFIG / "escalation_ladders.yaml", CONFIG / "directory.yaml"
    return Framework(ladders.read_bytes(), ladders.name, directory.read_bytes(), directory.name)


def replayed(log: Path, mapping: LogMapping | None = None, **options: object) -> Report:
    """What a replay of a log came to."""
    return replay_log(
        Replay(log=log, mapping=mapping or plain(), under=framework(), **options)  # type: ignore[arg-type]  # named by the caller
    )
