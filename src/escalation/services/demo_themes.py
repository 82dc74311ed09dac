"""The themes of the demonstration: what keeps coming up in its issues."""

from escalation.digests.measures import Result
from escalation.routing.vocabulary import Layer
from escalation.services.themes import NewTheme

FORUM = "bmf-southern-cross"
THEMES: tuple[NewTheme, ...] = (
    NewTheme(
        code="allowances",
        title="Allowances and overtime left out of a pay run",
        description="Shift, remote area and seasonal payments that are put right only afterwards.",
        words=("overtime",),
        key_result_area=Result.CUSTOMERS,
        plan="Payroll service plan",
        objective="Every pay run is right the first time",
        layer=Layer.OPERATIONAL,
        owner="priya-nair",
        forum=FORUM,
    ),
    NewTheme(
        code="late-payment",
        title="Invoices paid after their terms",
        description="Suppliers of several agencies have asked for interest.",
        words=("late payment",),
        key_result_area=Result.BENEFITS,
        plan="Finance service plan",
        objective="Invoices are paid within thirty days",
        layer=Layer.SERVICE,
        owner="dominic-ferraro",
        forum=FORUM,
    ),
    NewTheme(
        code="notice-of-changes",
        title="Changes of services without notice",
        description="Cards, screens and reports change, and those who use them hear of it last.",
        words=("notice of changes", "fuel cards"),
        key_result_area=Result.IMPROVEMENT,
        plan="Corporate wellbeing plan",
        objective="Clients hear of a change before it is made",
        layer=Layer.CORPORATE,
        forum=FORUM,
    ),
    NewTheme(
        code="answers",
        title="No answer in the time that the charter gives",
        words=("no answer", "leave balances"),
        key_result_area=Result.CAPABILITY,
        plan="Customer service charter",
        layer=Layer.SERVICE,
        forum=FORUM,
    ),
)
"""In a register that is empty; the forum's digest and board paper show them."""
