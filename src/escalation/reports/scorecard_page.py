"""A scorecard as a page: the one arrangement that every format of it is made from."""

from collections.abc import Iterable, Mapping
from typing import Any

from escalation.digests.dictionary import DICTIONARY
from escalation.digests.figures import BANDS, UNKNOWN
from escalation.digests.measures import MEASURES
from escalation.digests.suppression import WITHHELD
from escalation.reports import log_section
from escalation.reports.formulas import in_words
from escalation.reports.heading import Heading
from escalation.reports.layout import (
    NONE,
    Cells,
    Chart,
    Document,
    Local,
    Section,
    Table,
    corrected,
    word,
)
from escalation.reports.measured_cells import count_of, time_of, value_of
from escalation.reports.over_periods import over_periods
from escalation.reports.pages import Page
from escalation.reports.satisfaction_section import satisfied, satisfied_beside

_LEVELS = {
    "ssi": "SSI level: whole of Government and cluster",
    "business": "Business level: shared service provider",
    "service": "Service delivery level: client and customer",
}
_SHOWN = (
    "logged",
    "resolved",
    "unresolved",
    "unresolved_past_target",
    "share_in_target",
    "escalated",
    "disputed",
    "reopened",
    "held",
    "updates_kept",
)
"""What tables by a dimension have as columns; all measures stand in the document itself."""
_BY_THE_LADDER = "No agreement: the ladder's own times"


def scorecard_page(document: Document, heading: Heading) -> Page:
    """The page of a scorecard's document; its last fact is the content hash."""
    local = Local(document["zone"])
    return Page(
        kind=f"Scorecard {heading.number}",
        title=document["title"],
        facts=_facts(document, heading, local),
        sections=_sections(document, local),
        footer=(
            f"{document['title']}, {heading.number}, as at {local.moment(document['as_at'])}. "
            "What it says is fixed by its content hash."
        ),
        marking=document.get("marking", ""),
    )


def _facts(document: Document, heading: Heading, local: Local) -> tuple[tuple[str, str], ...]:
    marking = document.get("marking")
    period = f"after {local.moment(document['since'])}, to {local.moment(document['as_at'])}"
    before = f"after {local.moment(document['before_since'])}, to {local.moment(document['since'])}"
    return (
        *((("Protective marking", marking),) if marking else ()),
        *_who(document),
        ("Period", period),
        ("Period before", before),
        ("Known at", local.moment(document["known_at"])),
        ("Times are those of", document["zone"]),
        ("Ladder file in force", document["publication"]["label"]),
        ("Dictionary", document["dictionary"]),
        *corrected(document),
        ("Number", heading.number),
        ("Content hash (SHA-256)", heading.content_hash),
    )


def _who(document: Document) -> tuple[tuple[str, str], ...]:
    """The level of the framework; of a layer, who answers for it and to whom."""
    layer = document.get("layer")
    if layer is None:
        return (("Level", _LEVELS[document["level"]]),)
    return (
        ("Layer", layer["title"]),
        ("Accountable officers", layer["accountable_officers"]),
        ("Delivery lead", layer["delivery_lead"]),
        ("Progress reported to", layer["progress_reported_to"]),
    )


def _sections(document: Document, local: Local) -> tuple[Section, ...]:
    found = [*log_section.sections(document)]
    if "exceptions" in document:
        found.append(_exceptions(document))
    if "figures" in document:
        found.append(figures(document, local))
    if "trend" in document:
        found.append(over_periods(document, local))
    if "planned" in document:
        found += [
            planned(document, document["planned"]),
            _by_dimension(document),
            _workload(document),
        ]
    if "benchmark" in document:
        found.append(benchmark(document))
    if "satisfaction" in document:
        found.append(satisfied(document))
    if "satisfaction_beside" in document:
        found.append(satisfied_beside(document))
    return (*found, dictionary())


def figures(document: Document, local: Local) -> Section:
    """Every measure of the period, beside the one before it."""
    now, before = document["figures"]["now"], document["figures"]["before"]
    over, at_end = (_pairs(now, before, at_end=each) for each in (False, True))
    ages = document["ages"]
    bands = tuple(
        (band, str(ages["now"][band]), str(ages["before"][band]))
        for band in BANDS
        if band != UNKNOWN or ages["now"][band] or ages["before"][band]
    )
    sealed = tuple(
        (word(name), *(count_of(document["sealed"][when][name]) for when in ("now", "before")))
        for name in ("logged", "resolved", "unresolved")
    )
    tables = (
        _compared("Over the period", "Measure", over),
        _compared("Unresolved by age in business days", "Age", bands, Chart.BARS),
        _compared("At its end", "Measure", at_end, Chart.BARS),
        _compared("Sealed matters, in none of the other figures", "Measure", sealed),
    )
    about = (
        f"Now is the period after {local.moment(document['since'])}, to "
        f"{local.moment(document['as_at'])}; then is the one before it, after "
        f"{local.moment(document['before_since'])}. "
        "What each figure means stands under Dictionary."
    )
    return Section("figures", "Figures", about, tables, columns=3, part=True)


def _pairs(now: Mapping[str, Any], before: Mapping[str, Any], *, at_end: bool) -> tuple[Cells, ...]:
    return tuple(
        (each.title, value_of(each, now[each.id]), value_of(each, before[each.id]))
        for each in MEASURES.values()
        if each.at_the_end is at_end
    )


def _compared(
    caption: str, what: str, rows: tuple[Cells, ...], chart: Chart | None = None
) -> Table:
    return Table(caption, (what, "Now", "Then"), rows, frozenset({1, 2}), chart=chart)


def planned(document: Document, standards: Iterable[Mapping[str, Any]]) -> Section:
    """Each standard of the agreements against what its visits came to."""
    rows = tuple(
        (
            _title(document, "ola", each["ola"]) if each["ola"] else _BY_THE_LADDER,
            _title(document, "rung", each["rung"]),
            word(each["severity"]),
            each["agreed"],
            str(each["now"]["visits"]),
            *(_kept(each[when]) for when in ("now", "before")),
            *(time_of(each[when]["mean_business_seconds"]) for when in ("now", "before")),
        )
        for each in standards
    )
    columns = (
        "Agreement", "Rung", "Severity", "Agreed", "Visits", "In target", "Then", "Mean time",
        "Then",
    )  # fmt: skip
    caption = "Agreed time of each rung against what its visits took, in business hours."
    table = Table(caption, columns, rows, frozenset({4, 5, 6, 7, 8}))
    return Section(
        "planned",
        "Planned against actual",
        "Standards of the agreements to which a visit was held that ended in either period.",
        (table,) if rows else (),
        "No visit to a rung of officers ended in either period.",
    )


def _kept(spent: Mapping[str, Any]) -> str:
    held = spent["in_target"] + spent["past_target"]
    return f"{spent['in_target']} of {held}" if held else NONE


def _by_dimension(document: Document) -> Section:
    tables = tuple(
        _of_codes(document, f"By {_NAMED.get(name, name)}", name, codes)
        for name, codes in sorted(document["by"]["now"].items(), key=lambda each: _place(each[0]))
        if any(each["code"] is not None for each in codes)
    )
    about = "The period's figures, told apart by how each issue stood."
    empty = "Nothing happened in the period, and nothing stands unresolved."
    return Section("by", "By each dimension", about, tables, empty)


_ORDER = (
    "provider", "cluster", "agency", "function", "region", "ola", "rung", "severity", "channel",
)  # fmt: skip

_NAMED = {"ola": "agreement"}


def _place(dimension: str) -> int:
    return _ORDER.index(dimension)


def _of_codes(
    document: Document,
    caption: str,
    by: str,
    codes: Iterable[Mapping[str, Any]],
    measures: tuple[str, ...] = _SHOWN,
) -> Table:
    rows = tuple(
        (
            _title(document, by, each["code"]) if each["code"] else f"No {_NAMED.get(by, by)}",
            *(value_of(MEASURES[measure], each[measure]) for measure in measures),
        )
        for each in codes
    )
    columns = (word(_NAMED.get(by, by)), *(MEASURES[measure].title for measure in measures))
    return Table(caption, columns, rows, frozenset(range(1, len(columns))))


def _exceptions(document: Document) -> Section:
    missed = planned(document, document["exceptions"]["planned"]).tables
    lines = tuple(
        _of_codes(document, f"Astray by {name}", name, codes, tuple(codes[0])[1:])
        for name, codes in document["exceptions"]["by"].items()
        if codes
    )
    about = "What was not as agreed: past target, updates missed, exhausted; nothing else."
    empty = "Everything was as agreed."
    return Section("exceptions", "By exception", about, (*missed, *lines), empty)


def _workload(document: Document) -> Section:
    rows = tuple(
        (
            _title(document, "provider", each["party"]),
            _title(document, "rung", each["rung"]),
            word(each["seat"]) if each["seat"] else "The forum",
            _title(document, "function", each["function"]),
            _title(document, "region", each["region"]),
            str(each["unresolved"]),
        )
        for each in document["workload"]
    )
    columns = ("Party", "Rung", "Seat that leads", "Function", "Region", "Unresolved")
    table = Table("Unresolved issues before each seat.", columns, rows, frozenset({5}))
    return Section(
        "workload",
        "Workload",
        "What waits for each seat that must act; seats, never the people in them.",
        (table,) if rows else (),
        "Nothing is unresolved.",
    )


def benchmark(document: Document) -> Section:
    """Providers, and clusters, beside each other."""
    now = document["benchmark"]["now"]
    tables = tuple(
        _of_codes(document, f"{word(by)}s beside each other", by, now[by])
        for by in ("provider", "cluster")
        if now[by]
    )
    about = f"Counts of {WITHHELD} are withheld, and what would give them away."
    return Section("benchmark", "Benchmark", about, tables, "Nothing happened in the period.")


def dictionary() -> Section:
    """What each measure means, and how it is worked out."""
    rows = tuple((each.title, each.meaning, in_words(each.formula)) for each in DICTIONARY.values())
    table = Table("Every measure.", ("Measure", "Meaning", "How it is worked out"), rows)
    about = "Each figure is defined once, for every report."
    return Section("dictionary", "Dictionary", about, (table,))


def _title(document: Document, by: str, code: str | None) -> str:
    if code is None or code == "":
        return NONE
    titles = document["titles"].get(by, {})
    return str(titles[code]) if code in titles else word(code)
