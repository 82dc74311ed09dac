"""Which standards of the charter a clock serves."""

from escalation.routing.standards import Standard, served
from tests.unit.routing.samples import directory

STANDARDS = """\
service_standards:
  told: {title: Told, statement: You hear from us, clause: "Charter, 3", clocks: [inform]}
  paid: {title: Paid, statement: Pay is right, functions: [payroll], clocks: [rung, overall]}
  ours: {title: Ours, statement: Alpha is quick, provider: alpha, clocks: [rung]}
forums:
"""
CHARTER = directory(("forums:\n", STANDARDS))


def ids(provider: str, function: str | None, clock: str) -> list[str]:
    return [standard.id for standard in served(CHARTER, provider, function, clock)]


def test_a_clock_serves_the_standards_that_name_it() -> None:
    told = Standard("told", "Told", "You hear from us", "Charter, 3")
    assert served(CHARTER, "beta", "finance", "inform") == (told,)
    assert ids("beta", "finance", "hold") == []


def test_a_standard_of_a_function_or_a_provider_is_theirs_alone() -> None:
    assert ids("alpha", "payroll", "rung") == ["ours", "paid"]
    assert ids("alpha", "finance", "rung") == ["ours"]
    assert ids("beta", "payroll", "rung") == ["paid"]
    assert ids("beta", None, "overall") == [], "the whole agreement is no function's"
    assert ids("alpha", "payroll", "rung") == ["ours", "paid"], "the same when asked again"
