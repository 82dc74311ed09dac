"""What one part of a ladder file says about another, checked on the plain data.

The checks meet whatever a person wrote, so every look answers an empty table, list or text where
something else stands; what a model already refuses is not told here again.
"""

from datetime import date

from escalation.errors import Fault
from escalation.routing.agreement_checks import check_agreement
from escalation.routing.calendar_checks import check_calendar
from escalation.routing.document import Document
from escalation.routing.rung_checks import check_ladder
from escalation.routing.sheet import Sheet
from escalation.routing.vocabulary import Awaiting, Degree, Scope, Severity
from escalation.routing.wording import quoted


def check(document: Document, today: date) -> list[Fault]:
    """Everything that is wrong between the parts of a ladder file."""
    sheet = Sheet(document)
    for name in sheet.table("calendars"):
        check_calendar(sheet, name, today)
    _completeness(sheet)
    for name in sheet.table("ladders"):
        check_ladder(sheet, name)
    for scope in Scope:
        _default(sheet, scope)
    for name in sheet.table("olas"):
        check_agreement(sheet, name)
    return sheet.faults


def _completeness(sheet: Sheet) -> None:
    """What nothing stands behind names every severity, degree and reason."""
    sheet.complete(Severity, "severities", "meanings")
    sheet.complete(Degree, "severities", "matrix")
    for impact in sheet.table("severities", "matrix"):
        sheet.complete(Degree, "severities", "matrix", impact)
    sheet.complete(Severity, "base", "rung", "acknowledge")
    sheet.complete(Severity, "base", "clocks", "overall")
    sheet.complete(Severity, "base", "clocks", "inform")
    sheet.complete(Awaiting, "base", "clocks", "hold_caps")


def _default(sheet: Sheet, scope: Scope) -> None:
    """Each scope has one default ladder, taken where no agreement fits."""
    ladders = sheet.table("ladders")
    of_scope = [name for name in ladders if sheet.text("ladders", name, "scope") == scope]
    names = [name for name in of_scope if sheet.at("ladders", name, "default") is True]
    for name in names[1:]:
        detail = (
            f"found a second default ladder for the scope {quoted(scope)}, "
            f"expected one; {quoted(names[0])} is the first"
        )
        sheet.refuse("default_ladder", ("ladders", name, "default"), detail)
    if ladders and not names:
        detail = (
            f"found no default ladder for the scope {quoted(scope)}, "
            "expected `default: true` in one"
        )
        sheet.refuse("default_ladder", ("ladders",), detail, key=True)
