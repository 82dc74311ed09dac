"""What one part of a directory says about another, checked on the plain data."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from escalation.errors import Fault
from escalation.routing.directory_file import read_local
from escalation.routing.document import Document
from escalation.routing.fields import read_zone
from escalation.routing.positions import Path
from escalation.routing.seat_checks import check_seats, in_time, placed
from escalation.routing.sheet import Sheet
from escalation.routing.vocabulary import LADDER_FORUMS, Approval, ForumKind, ForumOwner
from escalation.routing.wording import quoted
from escalation.timekeeping.recurrence import Recurrence

EVERYTHING: Mapping[str, Collection[str]] = {}


def check(document: Document, concerned: Mapping[str, Collection[str]] = EVERYTHING) -> list[Fault]:
    """Everything that is wrong between the parts of a directory.

    Of the tables that ``concerned`` names only those entries are looked at: a change of a directory
    that was in order leaves the rest so.
    """
    sheet = Sheet(document, concerned)
    parties = {**sheet.table("providers"), **sheet.table("agencies")}
    for code in sheet.table("agencies"):
        if code in sheet.table("providers"):
            detail = f"found {quoted(code)}, a provider's code; expected one of its own"
            sheet.refuse("duplicate_code", ("agencies", code), detail, key=True)
    _names(sheet, "clusters", {"provider": ("provider", sheet.table("providers"))})
    _names(sheet, "clusters", {"members": ("party", parties), "observers": ("party", parties)})
    _names(sheet, "services", {"function": ("function", sheet.table("functions"))})
    _names(sheet, "centres", {"region": ("region", sheet.table("regions"))})
    _people(sheet)
    check_seats(sheet, parties)
    _forums(sheet, parties)
    _partners(sheet, parties)
    known = {
        "provider": ("provider", sheet.table("providers")),
        "functions": ("function", sheet.table("functions")),
    }
    _names(sheet, "service_standards", known)
    _charters(sheet)
    return sheet.faults


def _charters(sheet: Sheet) -> None:
    """Refuse standards that there are none of, and two versions of the charter from one day."""
    _names(sheet, "service_charters", {"standards": ("standard", sheet.table("service_standards"))})
    for code, other in _sharing(sheet, "service_charters", "effective"):
        detail = f"found the day of {quoted(other)}, expected one of its own"
        sheet.refuse("repeated", ("service_charters", code, "effective"), detail)


def _people(sheet: Sheet) -> None:
    codes = sheet.codes("people")
    for code in codes:
        in_time(sheet, ("people", code))
    if any(sheet.text("people", code, "subject") for code in codes):
        _subjects(sheet)


def _subjects(sheet: Sheet) -> None:
    """Refuse a subject of the identity provider that two people have."""
    for code, other in _sharing(sheet, "people", "subject"):
        detail = f"found the subject of {quoted(other)}, expected one of their own"
        sheet.refuse("duplicate_subject", ("people", code, "subject"), detail)


def _sharing(sheet: Sheet, noun: str, field: str) -> Iterator[tuple[str, str]]:
    """Codes whose field has what the field of an earlier one has, each with that one's code."""
    known: dict[str, str] = {}
    for code in sheet.table(noun):
        text = sheet.text(noun, code, field)
        if text is not None and (first := known.setdefault(text, code)) != code:
            yield code, first


def _partners(sheet: Sheet, parties: Iterable[str]) -> None:
    known = {
        "cluster": ("cluster", sheet.table("clusters")),
        "signatories": ("party", parties),
    }
    _names(sheet, "partnering_agreements", known)
    for code in sheet.table("partnering_agreements"):
        path: Path = ("partnering_agreements", code)
        sheet.in_order("begins", "ends", *path)
        _approving(sheet, path)
        partners = [word for _, word in sheet.words(*path, "signatories")]
        for party in sheet.table(*path, "signatures"):
            if party not in partners:
                detail = f"found {quoted(party)}, expected one of its signatories"
                sheet.refuse("unknown_reference", (*path, "signatures", party), detail, key=True)
            person: Path = (*path, "signatures", party, "person")
            sheet.known(sheet.table("people"), "person", *person)


def _approving(sheet: Sheet, path: Path) -> None:
    """Refuse that a forum approves changes of ladders where the cluster has none that could."""
    if sheet.text(*path, "ladder_changes") != Approval.FORUM:
        return
    cluster = sheet.text(*path, "cluster")
    bodies = (("forums", code) for code in sheet.table("forums"))
    kind = ForumKind.PARTNERING_FORUM
    if not any(
        (sheet.text(*body, "kind"), sheet.text(*body, "owner")) == (kind, cluster)
        for body in bodies
    ):
        detail = f"found `forum`, expected {quoted(str(cluster))} to have a partnering forum"
        sheet.refuse("missing_forum", (*path, "ladder_changes"), detail)


def _names(sheet: Sheet, table: str, known: Mapping[str, tuple[str, Iterable[str]]]) -> None:
    """Refuse each word under these keys of each entry that names nothing."""
    for code in sheet.table(table):
        for key, (what, choices) in known.items():
            sheet.known(choices, what, table, code, key)


def _forums(sheet: Sheet, parties: Iterable[str]) -> None:
    seen: dict[tuple[str, str], str] = {}
    for code in sheet.table("forums"):
        path: Path = ("forums", code)
        _owner(sheet, path)
        placed(sheet, path, parties)
        sheet.known(sheet.table("people"), "person", *path, "secretariat")
        sheet.known(sheet.table("forums"), "forum", *path, "reports_to")
        _meeting(sheet, (*path, "meeting"))
        _agreement(sheet, path)
        _quorum(sheet, path)
        for group in ("members", "invitees"):
            for number, _ in enumerate(sheet.items(*path, group)):
                sheet.known(parties, "party", *path, group, number, "party")
                in_time(sheet, (*path, group, number))
        kind = sheet.text(*path, "kind") or ""
        key = (kind, sheet.text(*path, "owner") or "")
        if kind in LADDER_FORUMS and seen.setdefault(key, code) != code:
            detail = (
                f"found a second {quoted(kind)} of that owner, expected {quoted(seen[key])} alone"
            )
            sheet.refuse("duplicate_forum", path, detail, key=True)
    _shorts(sheet)


def _agreement(sheet: Sheet, path: Path) -> None:
    """Refuse an agreement by which no such forum sits: of another cluster, or of another kind."""
    named, place = sheet.text(*path, "agreement"), (*path, "agreement")
    if named is None:
        return
    sheet.known(sheet.table("partnering_agreements"), "partnering agreement", *place)
    if sheet.text(*path, "kind") != ForumKind.PARTNERING_FORUM:
        detail = f"found {quoted(named)}, expected none: only a partnering forum sits by one"
        sheet.refuse("wrong_value", place, detail, key=True)
    cluster = sheet.text("partnering_agreements", named, "cluster")
    owner = sheet.text(*path, "owner")
    if cluster is not None and owner is not None and cluster != owner:
        detail = f"found {quoted(named)}, of {quoted(cluster)}; expected one of {quoted(owner)}"
        sheet.refuse("wrong_value", place, detail)


def _quorum(sheet: Sheet, path: Path) -> None:
    """Refuse a quorum that the forum's voting seats can never come to."""
    named = sheet.text(*path, "agreement") or ""
    partners = len(list(sheet.items("partnering_agreements", named, "signatories")))
    quorum, seats = sheet.at(*path, "quorum"), len(list(sheet.items(*path, "members"))) + partners
    if isinstance(quorum, int) and quorum > seats:
        expected = f"at most {seats}: the forum has that many voting seats"
        expected = expected if seats else "`members`: a forum without voting seats decides nothing"
        sheet.refuse("wrong_value", (*path, "quorum"), f"found {quorum}, expected {expected}")


def _shorts(sheet: Sheet) -> None:
    """Refuse two forums whose decisions would be numbered alike."""
    seen: dict[str, str] = {}
    for code in sheet.table("forums"):
        short = sheet.text("forums", code, "short")
        if short is not None and seen.setdefault(short, code) != code:
            detail = f"found {quoted(short)}, which numbers the decisions of {quoted(seen[short])}"
            sheet.refuse("duplicate_code", ("forums", code, "short"), detail)


def _owner(sheet: Sheet, path: Path) -> None:
    of = sheet.text(*path, "of")
    if of == ForumOwner.INITIATIVE:
        if sheet.at(*path, "owner") is not None:
            detail = "found an owner, expected none: it is the Initiative's"
            sheet.refuse("wrong_value", (*path, "owner"), detail, key=True)
    elif of in set(ForumOwner):
        sheet.complete(("owner",), *path)
        sheet.known(sheet.table(f"{of}s"), str(of), *path, "owner")


def _meeting(sheet: Sheet, path: Path) -> None:
    rule, start = sheet.text(*path, "rule"), sheet.text(*path, "start")
    zone = sheet.text(*path, "zone") or sheet.text("zone")
    try:
        begins, place = read_local(start), read_zone(zone)
    except ValueError:
        return
    if rule is None:
        return
    try:
        Recurrence.parse(rule, begins, place)
    except ValueError as error:
        detail = f"found {quoted(rule)}, expected an RFC 5545 rule: {error}"
        sheet.refuse("wrong_value", (*path, "rule"), detail)
