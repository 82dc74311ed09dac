"""RFC 5545's recurrence examples and others, from libical 3.0.20's own tests, restated as facts.

The source is libical/libical, src/test/icalrecur_test.txt; the number is that of its case here.
Local times are read in UTC. python-dateutil 2.9.0 differs from these cases in two: it refuses
rrule-039 (a semicolon at the end, as calendar programs write it), and in rrule-077 it expands a
yearly BYMONTHDAY without BYMONTH over all months, where libical takes the month from the start.
The product follows the cases. The exceptions are refused: no forum meets more often than daily.
"""

from datetime import UTC, datetime, timedelta

import pytest

from escalation.timekeeping.recurrence import Recurrence
from tests.unit.timekeeping.samples import local

EXCEPTIONS = {
    "rrule-049": "FREQ=MINUTELY: a forum meets at most daily",
    "rrule-073": "FREQ=HOURLY: a forum meets at most daily",
}

CASES = (
    (
        "rrule-003",  # Every other year on January, February, and March for 10 occurrences
        "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3",
        "19970310T090000",
        (
            "19970310 19990110 19990210 19990310 20010110 20010210 20010310 20030110 20030210 "
            "20030310"
        ),
    ),
    (
        "rrule-005",  # Every 20th Monday of the year
        "FREQ=YEARLY;BYDAY=20MO;COUNT=3",
        "19970519T090000",
        "19970519 19980518 19990517",
    ),
    (
        "rrule-007",  # Monday of week number 20 (where the start of the week is Sunday)
        "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;WKST=SU;COUNT=3",
        "19970512T090000",
        "19970512 19980518 19990517",
    ),
    (
        "rrule-009",  # Every Thursday in March
        "FREQ=YEARLY;BYMONTH=3;BYDAY=TH;COUNT=11",
        "19970313T090000",
        (
            "19970313 19970320 19970327 19980305 19980312 19980319 19980326 19990304 19990311 "
            "19990318 19990325"
        ),
    ),
    (
        "rrule-011",  # Every 4 years, the first Thuesday after a Monday in November (U.S. Pre
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8;COUNT=3",
        "19961105T090000",
        "19961105 20001107 20041102",
    ),
    (
        "rrule-013",  # Example where leap day gets skipped
        "FREQ=YEARLY;UNTIL=20140301T115959Z",
        "20120229T120000",
        "20120229",
    ),
    (
        "rrule-015",  # Monthly on the first Friday until December 24, 1997
        "FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR",
        "19970905T090000",
        "19970905 19971003 19971107 19971205",
    ),
    (
        "rrule-017",  # Monthly on the second-to-last Monday of the month for 6 months
        "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO",
        "19970922T090000",
        "19970922 19971020 19971117 19971222 19980119 19980216",
    ),
    (
        "rrule-019",  # Monthly on the 2nd and 15th of the month for 10 occurrences
        "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15",
        "19970902T090000",
        (
            "19970902 19970915 19971002 19971015 19971102 19971115 19971202 19971215 19980102 "
            "19980115"
        ),
    ),
    (
        "rrule-021",  # Every 18 months on the 10th thru 15th of the month for 10 occurrences
        "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
        "19970910T090000",
        (
            "19970910 19970911 19970912 19970913 19970914 19970915 19990310 19990311 19990312 "
            "19990313"
        ),
    ),
    (
        "rrule-023",  # Every Friday the 13th
        "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;COUNT=5",
        "19970902T090000",
        "19980213 19980313 19981113 19990813 20001013",
    ),
    (
        "rrule-025",  # The third instance into the month of one of Tuesday, Wednesday, or Thu
        "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3",
        "19970904T090000",
        "19970904 19971007 19971106",
    ),
    (
        "rrule-027",  # An example where an invalid date (i.e., February 30) is ignored
        "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5",
        "20070115T090000",
        "20070115 20070130 20070215 20070315 20070330",
    ),
    (
        "rrule-029",  # Weekly for 10 occurrences
        "FREQ=WEEKLY;COUNT=10",
        "19970902T090000",
        (
            "19970902 19970909 19970916 19970923 19970930 19971007 19971014 19971021 19971028 "
            "19971104"
        ),
    ),
    (
        "rrule-031",  # Every other week
        "FREQ=WEEKLY;INTERVAL=2;WKST=SU;COUNT=13",
        "19970902T090000",
        (
            "19970902 19970916 19970930 19971014 19971028 19971111 19971125 19971209 19971223 "
            "19980106 19980120 19980203 19980217"
        ),
    ),
    (
        "rrule-033",  # Weekly on Tuesday and Thursday for five weeks
        "FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH",
        "19970902T090000",
        (
            "19970902 19970904 19970909 19970911 19970916 19970918 19970923 19970925 19970930 "
            "19971002"
        ),
    ),
    (
        "rrule-037",  # Tuesday and Sunday every other week for 4 occurrences (week starts on
        "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO",
        "19970805T090000",
        "19970805 19970810 19970819 19970824",
    ),
    (
        "rrule-039",  # Weekly (with a trailing semicolon that was seen in the wild on Google
        "FREQ=WEEKLY;INTERVAL=1;COUNT=2;BYDAY=MO;",
        "20141006T090000",
        "20141006 20141013",
    ),
    (
        "rrule-043",  # Every 10 days, 5 occurrences
        "FREQ=DAILY;INTERVAL=10;COUNT=5",
        "19970902T090000",
        "19970902 19970912 19970922 19971002 19971012",
    ),
    (
        "rrule-047",  # daily by negative monthday
        "FREQ=DAILY;BYMONTHDAY=-1,-2;COUNT=5",
        "20241030",
        "20241030 20241031 20241129 20241130 20241230",
    ),
    (
        "rrule-055",  # CalendarServer test: Last day of year in leap year
        "FREQ=YEARLY;BYYEARDAY=366;UNTIL=20200101T000000",
        "20121231T120000",
        "20121231 20161231",
    ),
    (
        "rrule-057",  # CalendarServer test: First Friday in April
        "FREQ=YEARLY;BYDAY=1FR;BYMONTH=4;UNTIL=20150101T000000Z",
        "20100402T120000",
        "20100402 20110401 20120406 20130405 20140404",
    ),
    (
        "rrule-059",  # Test monthly with -largest day of month
        "FREQ=MONTHLY;BYMONTHDAY=-31;COUNT=12",
        "20150101T000000",
        (
            "20150101 20150301 20150501 20150701 20150801 20151001 20151201 20160101 20160301 "
            "20160501 20160701 20160801"
        ),
    ),
    (
        "rrule-061",  # Test yearly with -largest day of year
        "FREQ=YEARLY;BYYEARDAY=-366;COUNT=3",
        "20120101T120000",
        "20120101 20160101 20200101",
    ),
    (
        "rrule-069",  # Every 13 months, on May 12
        "FREQ=MONTHLY;INTERVAL=13;BYMONTH=5;COUNT=3",
        "20100212T000000",
        "20130512 20260512 20390512",
    ),
    (
        "rrule-071",  # First 2 and last 2 ISO weeks of the year on Tue
        "FREQ=YEARLY;BYWEEKNO=1,2,-1,-2;BYDAY=TU;UNTIL=20170101T000000Z",
        "20130101T000000",
        (
            "20130101 20130108 20131217 20131224 20131231 20140107 20141216 20141223 20141230 "
            "20150106 20151222 20151229 20160105 20160112 20161220 20161227"
        ),
    ),
    (
        "rrule-075",  # github issue782
        "FREQ=YEARLY;BYWEEKNO=6;BYDAY=TU;WKST=TH;UNTIL=20210612T000000Z",
        "20180206T080001",
        "20180213 20190212 20200211 20210209",
    ),
    (
        "rrule-077",  # yearly, by last and -29th of Feb
        "FREQ=YEARLY;BYMONTHDAY=-29,-1;COUNT=4",
        "20240201",
        "20240201 20240229 20250228 20260228",
    ),
)


def moment(text: str) -> datetime:
    """A time of the collection; a date alone is its midnight."""
    return datetime.fromisoformat(text.rstrip("Z"))


@pytest.mark.parametrize(("case", "rule", "start", "expected"), CASES)
def test_a_rule_gives_the_times_that_libical_gives(
    case: str, rule: str, start: str, expected: str
) -> None:
    first = moment(start)
    times = [moment(text) for text in expected.split()]
    wanted = [
        at
        if at.time() != datetime.min.time()
        else at.replace(hour=first.hour, minute=first.minute, second=first.second)
        for at in times
    ]
    recurrence = Recurrence.parse(rule, first, "UTC")
    end = (wanted[-1] + timedelta(seconds=1)).replace(tzinfo=UTC)
    found = recurrence.between(first.replace(tzinfo=UTC), end)
    assert [at.replace(tzinfo=None) for at in found] == wanted, case


@pytest.mark.parametrize("rule", ["FREQ=MINUTELY;INTERVAL=15;COUNT=6", "FREQ=HOURLY"])
def test_rules_more_often_than_daily_are_refused(rule: str) -> None:
    with pytest.raises(ValueError, match="expected DAILY, WEEKLY, MONTHLY or YEARLY"):
        Recurrence.parse(rule, local("1997-09-02T09:00"), "UTC")


def test_a_rule_asked_from_the_middle_keeps_its_rhythm() -> None:
    """rrule-065: every other week, asked from the last day of 2016."""
    recurrence = Recurrence.parse(
        "FREQ=WEEKLY;UNTIL=20170127T000000Z;WKST=MO;BYDAY=SU,TU,TH;INTERVAL=2",
        local("2016-12-29T09:00"),
        "UTC",
    )
    found = []
    at = recurrence.first_after(datetime(2016, 12, 31, 9, tzinfo=UTC), inclusive=True)
    while at is not None:
        found.append(f"{at:%m%d}")
        at = recurrence.first_after(at)
    assert found == ["0101", "0110", "0112", "0115", "0124", "0126"]
