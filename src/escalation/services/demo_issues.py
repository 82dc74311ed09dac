"""The dozen issues of the demonstration, each with what was done about it since it came."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from escalation.routing.vocabulary import Awaiting, Channel, IssueKind, Scope, Severity
from escalation.workflow.commands import (
    Acknowledge,
    Close,
    Contact,
    Do,
    Escalate,
    Hold,
    Inform,
    Log,
    Note,
    ReportUp,
    Resolve,
    Withdraw,
)

Step = tuple[float, Callable[[datetime], Do]]


@dataclass(frozen=True, slots=True)
class Story:
    """An issue: how many open hours ago it came, and how many hours later what was done."""

    hours_ago: float
    log: Log
    since: tuple[Step, ...] = ()


def _acknowledged(hours: float) -> Step:
    return hours, lambda _: Acknowledge()


def _noted(hours: float, text: str) -> Step:
    return hours, lambda _: Note(text=text)


def _informed(hours: float, text: str) -> Step:
    return hours, lambda _: Inform(text=text, channel=Channel.PHONE)


def _escalated(hours: float, reason: str) -> Step:
    return hours, lambda _: Escalate(reason=reason)


def _resolved(hours: float, summary: str, cause: str, remedy: str) -> Step:
    outcome = {"summary": summary, "cause": cause, "remedy": remedy}
    return hours, lambda _: Resolve(outcome=outcome, reason="Settled with the raiser.")


ISSUES: tuple[Story, ...] = (
    Story(
        1.0,
        Log(
            kind=IssueKind.COMPLAINT,
            title="Shift allowance left out of the last pay run",
            description="Eleven gauging officers at the Mareeba depot were paid without it.",
            channel=Channel.PHONE,
            agency="rivers",
            function="payroll",
            service="pay_run",
            region="far-north",
            raiser={"type": "customer", "name": "Lorraine Petty"},
            themes=("allowances",),
        ),
    ),
    Story(
        6.0,
        Log(
            kind=IssueKind.COMPLAINT,
            title="Long service leave balance halved after the upgrade",
            description="The balance shown on the pay slip does not match the letter of May.",
            channel=Channel.EMAIL,
            agency="schools",
            function="payroll",
            service="leave_records",
            severity=Severity.HIGH,
            raiser={"type": "staff", "name": "Tevita Moala"},
            external_refs=({"system": "service-desk", "id": "INC-48213"},),
            themes=("leave balances",),
        ),
        (
            _acknowledged(0.5),
            _informed(
                2.0, "Told that the balances of May are being compared, and when to expect more."
            ),
        ),
    ),
    Story(
        10.0,
        Log(
            kind=IssueKind.COMPLAINT,
            title="Appointment papers returned twice for the same missing form",
            description="A new family support worker cannot begin until they are accepted.",
            channel=Channel.SERVICE_CENTRE,
            agency="wellbeing",
            function="human_resources",
            service="recruitment",
            region="central",
            raiser={"type": "client", "name": "Bettina Marsh"},
        ),
        (
            _acknowledged(1.0),
            (
                3.0,
                lambda at: Hold(
                    until=at + timedelta(days=6),
                    awaiting=Awaiting.RAISER,
                    reason="The signed form is to come from the raiser.",
                ),
            ),
        ),
    ),
    Story(
        12.0,
        Log(
            kind=IssueKind.COMPLAINT,
            title="Invoices of harbour contractors paid after thirty days",
            description="Four contractors have asked for interest, one threatens to stop dredging.",
            channel=Channel.SERVICE_MEETING,
            agency="transit",
            function="finance",
            service="accounts_payable",
            severity=Severity.HIGH,
            raiser={"type": "client", "name": "Orson Greaves"},
            themes=("late payment",),
        ),
        (
            _acknowledged(1.0),
            _escalated(
                5.0, "The payment run itself has to change, which the manager cannot decide."
            ),
            _acknowledged(6.5),
            (8.0, lambda _: ReportUp(note="The contractors have written to the minister.")),
        ),
    ),
    Story(
        2.0,
        Log(
            kind=IssueKind.ISSUE,
            title="Flood relief payments rejected by the bank",
            description="The file of this morning came back with 340 rejected lines.",
            channel=Channel.PHONE,
            agency="rivers",
            function="finance",
            service="finance_system",
            severity=Severity.CRITICAL,
            raiser={"type": "client", "name": "Imogen Sallis"},
            external_refs=({"system": "service-desk", "id": "INC-48377"},),
        ),
        (_acknowledged(0.3), _noted(1.0, "The bank sends the reasons line by line by noon.")),
    ),
    Story(
        40.0,
        Log(
            kind=IssueKind.ISSUE,
            title="Fuel cards of field staff blocked without notice",
            description="Three patrol boats stayed in harbour on two mornings.",
            channel=Channel.IN_PERSON,
            agency="fisheries",
            function="procurement",
            service="fleet",
            region="far-north",
            raiser={"type": "client", "name": "Jago Trelawny"},
            themes=("fuel cards", "notice of changes"),
        ),
        (
            _acknowledged(2.0),
            _escalated(12.0, "The card provider's terms are a matter for the directors."),
            _acknowledged(14.0),
            _informed(16.0, "Told that the directors have it and that cards are open meanwhile."),
            _escalated(30.0, "All agencies of the cluster use the cards: the forum should decide."),
        ),
    ),
    Story(
        16.0,
        Log(
            kind=IssueKind.COMPLAINT,
            title="Group certificate sent to an old address",
            description="The archivist moved in March and had told the service centre.",
            channel=Channel.INTERNET,
            agency="records",
            function="payroll",
            severity=Severity.LOW,
            raiser={"type": "staff", "name": "Cornelius Abbott"},
        ),
        (
            _acknowledged(2.0),
            _resolved(
                9.0,
                "A new certificate was sent, and the address is right in both systems.",
                "information_given",
                "Apology and a new certificate",
            ),
        ),
    ),
    Story(
        24.0,
        Log(
            kind=IssueKind.COMPLAINT,
            title="Overtime of the stocking season paid at the plain rate",
            description="Six hatchery hands, two pay runs.",
            channel=Channel.PHONE,
            agency="fisheries",
            function="payroll",
            service="pay_run",
            raiser={"type": "customer", "name": "Rosalind Achterberg"},
            themes=("allowances",),
        ),
        (
            _acknowledged(1.0),
            _resolved(
                8.0,
                "The difference was paid in an extra run.",
                "work_standards",
                "Back payment and an apology",
            ),
            (15.0, lambda _: Close(note="The raiser is content and wants it closed.")),
        ),
    ),
    Story(
        20.0,
        Log(
            kind=IssueKind.COMPLAINT,
            title="Order for desks cancelled without a word",
            description="It was found under another number on the same day.",
            channel=Channel.EMAIL,
            agency="wellbeing",
            function="procurement",
            service="purchasing",
            severity=Severity.LOW,
            raiser={"type": "client", "name": "Ignatius Poole"},
        ),
        ((3.0, lambda _: Withdraw(reason="The raiser found the order under another number.")),),
    ),
    Story(
        9.0,
        Log(
            kind=IssueKind.ISSUE,
            title="Cost report arrives after the board papers have closed",
            description="For the third month the board has met without the figures.",
            channel=Channel.FORUM,
            agency="wellbeing",
            provider="meridian",
            scope=Scope.AGREEMENT,
            raiser={"type": "client", "name": "Bernadette Quill"},
            themes=("reporting",),
        ),
        (_acknowledged(1.5),),
    ),
    Story(
        3.0,
        Log(
            kind=IssueKind.ISSUE,
            title="Payroll screens freeze at the fortnight's end",
            description="Meridian's pay officers lose what they have entered.",
            channel=Channel.TICKETING_TOOL,
            agency="meridian",
            provider="corptech",
            function="technology",
            service="service_desk",
            severity=Severity.HIGH,
            raiser={"type": "staff", "name": "Ayumi Sakamoto"},
            external_refs=({"system": "service-desk", "id": "INC-48355"},),
        ),
        (_acknowledged(0.5),),
    ),
    Story(
        30.0,  # past its target: the engine lets it climb in its first round
        Log(
            kind=IssueKind.COMPLAINT,
            title="No answer about a higher duties claim",
            description="Asked three times since the end of winter.",
            channel=Channel.EMAIL,
            agency="transit",
            function="payroll",
            raiser={"type": "customer", "name": "Padraig Nolan"},
            themes=("no answer",),
        ),
        (
            (
                6.0,
                lambda _: Contact(
                    text="The raiser asked again by telephone.", channel=Channel.PHONE
                ),
            ),
        ),
    ),
)
