"""The small world of these tests: a ladder file and a directory, written for the purpose.

Each agency stands under the ladder that its name in ``AGENCIES`` tells. The calendar ``office`` is
open from nine to five on weekdays in Brisbane (UTC+10, no daylight saving, no holidays).
"""

from datetime import date
from functools import lru_cache
from pathlib import Path

from escalation.routing.directory import Directory
from escalation.routing.publication import Publication

ROOT = Path(__file__).resolve().parents[3]

WEEK = "monday: [{0}], tuesday: [{0}], wednesday: [{0}], thursday: [{0}], friday: [{0}]"
AGENCIES = {
    "alpha": "standard",  # two pairs of officers, a cluster's forum, the provider's board
    "bravo": "officers",  # ends at officers
    "charlie": "vacant",  # nobody leads: next rung, next rung, an alternate, then the last
    "delta": "quiet",  # past target is only told
    "echo": "standard",  # other targets, a calendar that never closes
    "foxtrot": "standard",  # an agreement that has expired
    "golf": "elsewhere",  # a ladder without a rung of the others
    "hotel": "standard",  # of another cluster, whose forum meets on other days
    "kilo": "together",  # ends at officers, and both seats resolve
    "juliet": "bodies",  # starts at a forum; the last has none in the directory
}

LADDERS = f"""
label: "test.1"
calendars:
  office:
    title: Office hours
    zone: Australia/Brisbane
    week: {{{WEEK.format("09:00-17:00")}}}
    known_from: 2020-01-01
    known_until: 2031-12-31
  always:
    title: Round the clock
    zone: Australia/Brisbane
    week:
      {{{WEEK.format("00:00-24:00")}, saturday: [00:00-24:00], sunday: [00:00-24:00]}}
    known_from: 2020-01-01
    known_until: 2031-12-31
severities:
  default: medium
  meanings: {{critical: Stopped, high: Impaired, medium: Below standard, low: Inconvenient}}
  matrix:
    high: {{high: critical, medium: high, low: medium}}
    medium: {{high: high, medium: medium, low: low}}
    low: {{high: medium, medium: low, low: low}}
layers:
"""

LAYER = """
    title: {title}
    about: About
    accountable_officers: Officers
    delivery_lead: Leaders
    progress_reported_to: Managers
    key_strategies: Plans
    causes: {{{cause}: A cause}}
"""

BASE = """
base:
  clause: Test, 1
  external_review: You may ask the Ombudsman.
  rung:
    lead: provider
    acknowledge: 2 business hours
    warnings: [50%, 1 business hour]
    empty_seat: alarm
    past_target: escalate
    resolve: lead
    grace: 1 business hour
    carry_over_limit: 1
  clocks:
    overall:
      {critical: 5 business days, high: 10 business days, medium: 20 business days, low: 60 days}
    inform:
      {critical: 1 business day, high: 2 business days, medium: 3 business days, low: 7 days}
    review: 14 days
    advice: 2 business days
    remind: 2 business days
    hold_caps:
      raiser: 10 business days
      agency: 5 business days
      provider: 3 business days
      third_party: 20 business days
      dependency: 40 business days
    statutory:
      rights: {title: Rights, budget: 5 business days, sensitive: human_rights,
               warnings: [2 business days], clause: Rights Act s 65}
      records: {title: Records, budget: 3 business days, sensitive: [privacy, human_rights],
                starts: occurred, stops: acknowledge, clause: Privacy Act s 1}
      told: {title: Told, budget: 2 business days, sensitive: privacy, starts: sealed,
             stops: inform, clause: Privacy Act s 2}
      kept: {title: Kept, budget: 30 days, sensitive: privacy, stops: close, clause: s 3}
  referrals:
    crime: {sensitive: corrupt_conduct, to: The commission, under: Crime Act s 38}
"""

TARGETS = (
    "{critical: 4 business hours, high: 1 business day, medium: 2 business days, "
    "low: 4 business days}"
)


def _officers(rung: str, provider: str, agency: str, *more: str, layer: str = "operational") -> str:
    lines = (
        f"id: {rung}",
        f"title: The {rung.replace('_', ' ')}",
        f"layer: {layer}",
        f"seats: {{provider: {provider}, agency: {agency}}}",
        f"target: {TARGETS}",
        f"clause: Test, {rung}",
        *more,
    )
    return "      - " + "\n        ".join(lines)


def _forum(rung: str, kind: str, of: str, *more: str, layer: str = "service") -> str:
    lines = (
        f"id: {rung}",
        f"title: The {rung.replace('_', ' ')}",
        f"layer: {layer}",
        f"forum: {{kind: {kind}, of: {of}}}",
        f"clause: Test, {rung}",
        *more,
    )
    return "      - " + "\n        ".join(lines)


def _ladder(name: str, *rungs: str, rules: str = "") -> str:
    head = f"""
  {name}:
    title: The {name} ladder
    version: "1"
    scope: {"agreement" if name == "whole" else "function"}
    default: {str(name in {"standard", "whole"}).lower()}
    calendar: office
    review_date: 2027-06-30
    clause: Test, {name}
{rules}
    rungs:
"""
    return head + "\n".join(rungs)


DESK = _officers("desk", "service_manager", "function_manager")
DIRECTORS = _officers("directors", "service_director", "function_director", layer="service")
BMF = _forum(
    "forum",
    "business_manager_forum",
    "cluster",
    "seats: {provider: account_manager, agency: business_manager}",
    "carry_over_limit: 2",
    "out_of_session: {critical: 1 business day}",
    "resolve: both",
)
BOARD = _forum(
    "board",
    "governing_board",
    "provider",
    "seats: {provider: executive_director, agency: ceo}",
    layer="corporate",
)
SKIP = """
    entry:
      - {rung: directors, when: {raiser: client, severity: critical}, reason: clients may}
    skip:
      - {rung: directors, when: {severity: critical}, reason: no time to lose}
"""


def _ola(agency: str, ladder: str) -> str:
    cluster = "south" if agency == "hotel" else "north"
    ends = "2025-12-31" if agency == "foxtrot" else "2035-12-31"
    more = ""
    if agency == "echo":
        more = """
    calendar: always
    overrides:
      function:
        clause: Test, echo
        rungs: {desk: {target: {medium: 3 business days}, warnings: [80%]}}"""
    return f"""
  ola-{agency}:
    title: Maple with {agency}
    provider: maple
    client: {agency}
    cluster: {cluster}
    functions: [payroll, finance]
    begins: 2020-01-01
    ends: {ends}
    review_date: 2026-12-31
    clause: Test, {agency}
    ladders: {{function: {ladder}, agreement: whole}}{more}"""


def ladder_text() -> str:
    """The ladder file."""
    layers = "".join(
        f"  {name}:" + LAYER.format(title=name.title(), cause=cause)
        for name, cause in (
            ("operational", "staff"),
            ("service", "workflow"),
            ("corporate", "policy"),
        )
    )
    vacant = _ladder(
        "vacant",
        _officers("one", "regional_service_director", "function_manager", "empty_seat: next_rung"),
        _officers("two", "regional_service_director", "program_office", "empty_seat: next_rung"),
        _officers("three", "account_manager", "function_manager", "empty_seat: alternate"),
        _officers("four", "regional_service_director", "ceo", "empty_seat: next_rung"),
    )
    ladders = (
        _ladder("standard", DESK, DIRECTORS, BMF, BOARD, rules=SKIP),
        _ladder("officers", DESK, DIRECTORS),
        vacant,
        _ladder(
            "quiet",
            _officers("desk", "service_manager", "function_manager", "past_target: notify"),
            _officers("directors", "service_director", "ceo", "past_target: notify"),
        ),
        _ladder(
            "together",
            _officers("desk", "service_manager", "function_manager", "resolve: both"),
            _officers("directors", "service_director", "function_director", "resolve: both"),
        ),
        _ladder("elsewhere", _officers("counter", "service_manager", "function_manager")),
        _ladder("whole", _officers("accounts", "account_manager", "business_manager")),
        _ladder("bodies", BMF, _forum("summit", "ceo_board", "initiative", layer="corporate")),
    )
    olas = "\nolas:" + "".join(_ola(agency, ladder) for agency, ladder in AGENCIES.items())
    return LADDERS + layers + BASE + "\nladders:" + "\n".join(ladders) + olas + "\n"


PEOPLE = {
    "sam": ("service_manager", "maple", "payroll", ""),
    "fin": ("service_manager", "maple", "finance", ""),
    "dee": ("service_director", "maple", "", ""),
    "abe": ("account_manager", "maple", "", ""),
    "alt": ("account_manager", "maple", "", "alternate: true"),
    "eve": ("executive_director", "maple", "", ""),
}


def directory_text(*, without: tuple[str, ...] = (), bodies: str = "", more: str = "") -> str:
    """The directory; ``without`` these people's appointments, with ``more`` lines of them."""
    rows = [
        f"  app-{name}: {{person: {name}, role: {role}, party: {party}"
        + (f", function: {function}" if function else "")
        + (f", {extra}" if extra else "")
        + "}"
        for name, (role, party, function, extra) in PEOPLE.items()
        if name not in without
    ]
    people = [f"  {name}: {{name: {name.title()} of Maple}}" for name in (*PEOPLE, "zed", "sec")]
    for agency in AGENCIES:
        for seat in ("function_manager", "function_director", "business_manager", "ceo"):
            who = f"{agency}-{seat.replace('_', '-')}"
            people.append(f"  {who}: {{name: {who.title()}}}")
            if who not in without:
                rows.append(f"  app-{who}: {{person: {who}, role: {seat}, party: {agency}}}")
    agencies = "".join(f"  {agency}: {{title: Agency {agency}}}\n" for agency in AGENCIES)
    others = [agency for agency in AGENCIES if agency != "hotel"]
    return f"""
initiative: {{title: The Initiative}}
zone: Australia/Brisbane
providers:
  maple: {{title: Maple}}
agencies:
{agencies}
clusters:
  north: {{title: North, provider: maple, members: [{", ".join(others)}]}}
  south: {{title: South, provider: maple, members: [hotel]}}
functions:
  payroll: {{title: Payroll}}
  finance: {{title: Finance}}
people:
{chr(10).join(people)}
appointments:
{chr(10).join(rows)}
{more}
forums:
{bodies or BODIES}
"""


def body(code: str, kind: str, of: str, owner: str, rule: str, start: str) -> str:
    """A forum of the directory; its agenda closes eight business hours before it meets."""
    owned = f"\n    owner: {owner}" if owner else ""
    return f"""
  {code}:
    title: Forum {code}
    kind: {kind}
    of: {of}{owned}
    calendar: office
    meeting: {{rule: {rule}, start: {start}, duration: 2 hours}}
    agenda_cutoff: 8 business hours
    paper_date: 4 business hours
    quorum: 1
    members: [{{role: account_manager, party: maple}}]
    secretariat: sec"""


BODIES = "".join(
    (
        body(
            "bmf-north",
            "business_manager_forum",
            "cluster",
            "north",
            "FREQ=WEEKLY;BYDAY=TH",
            "2025-01-02T10:00",
        ),
        body(
            "bmf-south",
            "business_manager_forum",
            "cluster",
            "south",
            "FREQ=WEEKLY;BYDAY=FR",
            "2025-01-03T10:00",
        ),
        body(
            "board",
            "governing_board",
            "provider",
            "maple",
            "FREQ=MONTHLY;BYDAY=1WE",
            "2025-01-01T09:00",
        ),
        body(
            "clients",
            "client_forum",
            "provider",
            "maple",
            "FREQ=MONTHLY;BYDAY=1TU",
            "2025-01-07T09:00",
        ),
    )
)


@lru_cache
def publication() -> Publication:
    """The published ladder file."""
    return Publication.read(ladder_text(), "ladders.yaml", date(2026, 3, 2))


@lru_cache
def directory(**changes: object) -> Directory:
    """The directory, or one with changes (:func:`directory_text`)."""
    return Directory.read(directory_text(**changes), "directory.yaml")  # type: ignore[arg-type] # passed on


@lru_cache
def shipped() -> tuple[Publication, Directory]:
    """What the product ships."""
    config = ROOT / "config"
    text = (config / "escalation_ladders.yaml").read_bytes()
    people = (config / "directory.yaml").read_bytes()
    return (
        Publication.read(text, "escalation_ladders.yaml", date(2026, 3, 2)),
        Directory.read(people, "directory.yaml"),
    )
