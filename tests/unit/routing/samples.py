"""A small ladder file and directory, and ways to spoil them."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from escalation.errors import Invalid
from escalation.routing.cross_checks import check_against
from escalation.routing.directory import Directory
from escalation.routing.publication import Publication
from escalation.routing.shape import Shape
from escalation.routing.vocabulary import Channel, IssueKind, RaiserType, Scope, Severity

CONFIG = Path(__file__).parents[3] / "config"
TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)

LADDERS = """\
label: one
calendars:
  city:
    title: City
    zone: Australia/Brisbane
    week:
      monday: [09:00-17:00]
      tuesday: [09:00-12:00, 13:00-17:00]
    holidays: {country: AU, state: QLD, remove: [The Royal Queensland Show]}
    known_from: 2020-01-01
    known_until: 2030-12-31
  coast:
    title: Coast
    zone: Australia/Sydney
    week: {monday: [09:00-17:00]}
    known_from: 2020-01-01
    known_until: 2030-12-31
severities:
  default: medium
  meanings: {critical: worst, high: bad, medium: middling, low: slight}
  matrix:
    high: {high: critical, medium: high, low: medium}
    medium: {high: high, medium: medium, low: low}
    low: {high: medium, medium: low, low: low}
layers:
  operational:
    title: Operational
    about: Daily work
    accountable_officers: Heads
    delivery_lead: Leaders
    progress_reported_to: Managers
    key_strategies: Plans
    causes: {process: Process}
  service:
    title: Service
    about: Workflow
    accountable_officers: Directors
    delivery_lead: Leadership
    progress_reported_to: Management
    key_strategies: Strategies
    causes: {workflow: Workflow}
  corporate:
    title: Corporate
    about: Strategy
    accountable_officers: Management
    delivery_lead: CEO
    progress_reported_to: Board
    key_strategies: Corporate plan
    causes: {governance: Governance}
base:
  clause: base clause
  external_review: Ask the Ombudsman
  rung:
    lead: provider
    acknowledge: 1 business day
    warnings: [75%]
    empty_seat: alarm
    past_target: escalate
    resolve: lead
    grace: 2 business days
    carry_over_limit: 2
  clocks:
    overall: 30 business days
    inform: 5 business days
    review: 28 days
    advice: 5 business days
    remind: 5 business days
    hold_caps:
      raiser: 20 business days
      agency: 10 business days
      provider: 10 business days
      third_party: 20 business days
      dependency: 30 business days
    statutory:
      human_rights: {title: HR, budget: 45 business days, sensitive: human_rights, clause: HRA s 65}
ladders:
  plain:
    title: Plain ladder
    version: v1
    scope: function
    default: true
    calendar: city
    review_date: 2027-06-30
    clause: plain clause
    entry:
      - rung: directors
        when: {raiser: client, severity: [critical, high]}
        reason: clients may
    skip:
      - rung: forum
        when: {severity: critical}
        reason: no time to meet
    clocks:
      overall: {critical: 10 business days}
    rungs:
      - id: managers
        title: Managers
        layer: operational
        seats: {provider: service_manager, agency: function_manager}
        target: {critical: 4 hours, high: 1 day, medium: 2 business days, low: 5 business days}
        empty_seat: alternate
        clause: rung one
      - id: directors
        title: Directors
        layer: service
        seats: {provider: service_director, agency: function_director}
        target: 5 business days
        empty_seat: next_rung
        clause: rung two
      - id: forum
        title: Forum
        layer: service
        forum: {kind: business_manager_forum, of: cluster}
        seats: {provider: account_manager, agency: business_manager}
        out_of_session: {critical: 2 business days}
        clause: rung three
      - id: board
        title: Board
        layer: corporate
        forum: {kind: ceo_board, of: initiative}
        grace: 1 business day
        empty_seat: next_rung
        clause: rung four
  whole:
    title: Whole ladder
    version: v1
    scope: agreement
    default: true
    calendar: city
    review_date: 2027-06-30
    clause: whole clause
    rungs:
      - id: accounts
        title: Accounts
        layer: service
        seats: {provider: account_manager, agency: business_manager}
        target: 2 business days
        clause: whole one
olas:
  ola-health:
    title: Health with Alpha
    provider: alpha
    client: health
    cluster: north
    functions: [payroll, finance]
    begins: 2025-07-01
    ends: 2027-06-30
    review_date: 2027-03-31
    clause: health clause
    ladders: {function: plain, agreement: whole}
    overrides:
      function:
        clause: health 8
        omit: [forum]
        insert:
          - after: directors
            id: pair
            title: Executive pair
            layer: corporate
            seats: {provider: executive_director, agency: corporate_purchaser}
            target: 3 business days
            clause: health 8(c)
        rungs:
          managers:
            target: {medium: 1 business day}
            lead: agency
            clause: health 8(a)
          pair:
            warnings: [50%, 4 business hours]
        clocks:
          inform: {low: 20 business days}
          review: 14 days
          hold_caps: {raiser: 5 business days}
  ola-tech:
    title: Alpha with Beta
    provider: beta
    client: alpha
    cluster: tech
    functions: [technology]
    services: [desk]
    regions: [bay]
    begins: 2025-07-01
    ends: 2027-06-30
    review_date: 2027-03-31
    clause: tech clause
    calendar: coast
    corporate_purchaser: ann
    ladders: {function: plain, agreement: whole}
"""

DIRECTORY = """\
initiative: {title: Initiative}
zone: Australia/Brisbane
providers:
  alpha: {title: Alpha}
  beta: {title: Beta}
agencies:
  health: {title: Health}
  roads: {title: Roads}
  treasury: {title: Treasury, central: true}
clusters:
  north: {title: North, provider: alpha, members: [health, roads], observers: [treasury]}
  tech: {title: Tech, provider: beta, members: [alpha]}
functions:
  payroll: {title: Payroll}
  finance: {title: Finance}
  technology: {title: Technology}
services:
  pay_run: {title: Pay run, function: payroll}
  desk: {title: Desk, function: technology}
regions:
  bay: {title: Bay, calendar: coast}
  hills: {title: Hills}
centres:
  bay-centre: {title: Bay centre, region: bay}
people:
  ann: {name: Ann Ames, email: ann@example.org}
  bob: {name: Bob Bell}
  cy: {name: Cy Cole}
  dee: {name: Dee Dunn}
  eve: {name: Eve East}
appointments:
  app-1: {person: ann, role: service_manager, party: alpha, function: payroll, region: bay}
  app-2: {person: bob, role: service_manager, party: alpha, function: payroll}
  app-3: {person: cy, role: service_manager, party: alpha, region: bay}
  app-4: {person: dee, role: service_manager, party: alpha}
  app-5: {person: eve, role: corporate_purchaser, party: health}
forums:
  north-forum:
    title: North forum
    kind: business_manager_forum
    of: cluster
    owner: north
    calendar: city
    meeting: {rule: FREQ=MONTHLY;BYDAY=2TU, start: 2026-01-13T10:00, duration: 2 hours}
    agenda_cutoff: 5 business days
    paper_date: 3 business days
    quorum: 2
    members:
      - {role: account_manager, party: alpha}
      - {role: business_manager, party: health, until: 2026-06-30}
      - {role: business_manager, party: roads, from: 2026-07-01}
    secretariat: bob
    reports_to: board
  tech-forum:
    title: Tech forum
    kind: business_manager_forum
    of: cluster
    owner: tech
    calendar: city
    meeting: {rule: FREQ=WEEKLY, start: 2026-01-13T10:00, zone: Australia/Sydney, duration: 2 hours}
    agenda_cutoff: 5 business days
    paper_date: 3 business days
    quorum: 2
    members:
      - {role: account_manager, party: beta}
      - {role: business_manager, party: alpha}
    secretariat: bob
  board:
    title: Board
    kind: ceo_board
    of: initiative
    calendar: city
    meeting: {rule: FREQ=YEARLY, start: 2026-01-13T10:00, duration: 2 hours}
    agenda_cutoff: 5 business days
    paper_date: 3 business days
    quorum: 2
    members:
      - {role: executive_director, party: alpha}
      - {role: ceo, party: health}
    invitees:
      - {role: program_office, party: treasury}
    secretariat: bob
partnering_agreements:
  pa-north:
    title: North partners
    cluster: north
    signatories: [alpha, health, roads]
    begins: 2025-07-01
    ends: 2027-06-30
    review_date: 2027-03-31
"""

Change = tuple[str, str]
_APP_5 = "  app-5: {person: eve, role: corporate_purchaser, party: health}\n"
LED: Change = (
    _APP_5,
    f"""\
{_APP_5}\
  app-6: {{person: bob, role: account_manager, party: alpha}}
  app-7: {{person: cy, role: account_manager, party: beta}}
""",
)
"""With somebody to lead each last rung, as both files must have it to go together."""


def changed(text: str, *changes: Change) -> str:
    """The text with each first part replaced once by its second."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def ladders(*changes: Change) -> Publication:
    return Publication.read(changed(LADDERS, *changes), "ladders.yaml", TODAY)


def directory(*changes: Change) -> Directory:
    return Directory.read(changed(DIRECTORY, *changes), "directory.yaml")


def misfits(*changes: Change) -> list[str]:
    """What is told of both files together, each change made to whichever it is of."""
    of_ladders = [change for change in changes if change[0] in LADDERS]
    of_directory = [change for change in changes if change[0] not in LADDERS]
    faults = check_against(ladders(*of_ladders), directory(LED, *of_directory))
    return [f"{fault.file or fault.pointer}: {fault.detail}" for fault in faults]


def place_of(text: str, word: str, nth: int = 1) -> str:
    """The line and column of the n-th place where a word stands."""
    at = -1
    for _ in range(nth):
        at = text.index(word, at + 1)
    return f"{text.count(chr(10), 0, at) + 1}:{at - text.rfind(chr(10), 0, at)}"


def told(error: Invalid) -> list[str]:
    """Each fault of an error as its place and its detail."""
    return [f"{fault.file or fault.pointer}: {fault.detail}" for fault in error.errors]


def refused_ladders(*changes: Change) -> list[str]:
    with pytest.raises(Invalid) as caught:
        ladders(*changes)
    return told(caught.value)


def refused_directory(*changes: Change) -> list[str]:
    with pytest.raises(Invalid) as caught:
        directory(*changes)
    return told(caught.value)


def shape(**fields: Any) -> Shape:
    """A payroll complaint of Health in the bay, today; say what is otherwise."""
    usual: dict[str, Any] = {
        "kind": IssueKind.COMPLAINT,
        "agency": "health",
        "provider": None,
        "function": "payroll",
        "service": None,
        "region": "hills",
        "scope": Scope.FUNCTION,
        "severity": Severity.MEDIUM,
        "raiser": RaiserType.CUSTOMER,
        "channel": Channel.PHONE,
        "at": NOW,
    }
    return Shape(**{**usual, **fields})
