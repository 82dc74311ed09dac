"""Whether an agreement fits the ladders that it changes."""

from escalation.routing.positions import Path
from escalation.routing.rung_checks import (
    FORUM_ONLY,
    OFFICERS_ONLY,
    check_forum,
    check_rung,
    fits,
    not_last,
    rung_ids,
)
from escalation.routing.sheet import Sheet
from escalation.routing.vocabulary import Scope
from escalation.routing.wording import not_among, quoted


def check_agreement(sheet: Sheet, name: str) -> None:
    """Refuse what does not fit in the agreement of that name."""
    path: Path = ("olas", name)
    sheet.known(sheet.table("calendars"), "calendar", *path, "calendar")
    sheet.in_order("begins", "ends", *path)
    sheet.complete(Scope, *path, "ladders")
    if sheet.text(*path, "provider") is not None:
        _two_parties(sheet, path)
    for scope in sheet.table(*path, "ladders"):
        _ladder(sheet, path, scope)
    for scope in sheet.table(*path, "overrides"):
        ladder = sheet.text(*path, "ladders", scope)
        if ladder is not None:
            _override(sheet, (*path, "overrides", scope), ladder)
        elif scope in set(Scope):
            detail = f"found overrides under {quoted(scope)}, expected a ladder for it in `ladders`"
            sheet.refuse("unknown_reference", (*path, "overrides", scope), detail, key=True)


def _two_parties(sheet: Sheet, path: Path) -> None:
    provider = sheet.text(*path, "provider")
    if provider == sheet.text(*path, "client"):
        detail = f"found {quoted(str(provider))}, the provider itself; expected another party"
        sheet.refuse("wrong_value", (*path, "client"), detail)


def _ladder(sheet: Sheet, path: Path, scope: str) -> None:
    """The ladder of a scope exists and is of that scope."""
    where: Path = (*path, "ladders", scope)
    word = sheet.text(*where)
    if word not in sheet.table("ladders"):
        sheet.known(sheet.table("ladders"), "ladder", *where)
        return
    own = sheet.text("ladders", str(word), "scope")
    if scope in set(Scope) and own in set(Scope) and own != scope:
        detail = (
            f"found {quoted(str(word))}, a ladder of scope {quoted(str(own))}; "
            f"expected one of scope {quoted(scope)}"
        )
        sheet.refuse("wrong_value", where, detail)


def _override(sheet: Sheet, path: Path, ladder: str) -> None:
    own = rung_ids(sheet, ladder)
    if not own:
        return
    known = _insert(sheet, path, own)
    sheet.known(own, "rung", *path, "omit")
    omitted = []
    for where, word in sheet.words(*path, "omit"):
        not_last(sheet, where, own, "omitted")
        omitted.append(word)
    standing = [rung_id for rung_id in known if rung_id not in omitted]
    for rung_id in sheet.table(*path, "rungs"):
        where = (*path, "rungs", rung_id)
        if rung_id not in standing:
            _no_such_rung(sheet, where, standing)
        else:
            _kind(sheet, where, ladder)


def _insert(sheet: Sheet, path: Path, own: list[str]) -> list[str]:
    """The ladder's rungs and the inserted ones, each of which stands after a known rung."""
    known = list(own)
    for number, _ in enumerate(sheet.items(*path, "insert")):
        where: Path = (*path, "insert", number)
        check_rung(sheet, where)
        sheet.known(known, "rung", *where, "after")
        word = sheet.text(*where, "id")
        if word in known:
            detail = f"found the rung {quoted(str(word))} again, expected each once in a ladder"
            sheet.refuse("duplicate_rung", (*where, "id"), detail)
        elif word is not None:
            known.append(word)
    return known


def _no_such_rung(sheet: Sheet, where: Path, standing: list[str]) -> None:
    detail = not_among(str(where[-1]), standing)
    sheet.refuse("unknown_reference", where, detail, key=True)


def _kind(sheet: Sheet, where: Path, ladder: str) -> None:
    """An override says only what its kind of rung can."""
    path = _path_of(sheet, where, ladder)
    if "forum" in sheet.table(*path):
        fits(sheet, where, OFFICERS_ONLY, "an officers' rung's")
        check_forum(sheet, (*where, "forum"))
    else:
        fits(sheet, where, (*FORUM_ONLY, "forum"), "a forum rung's")


def _path_of(sheet: Sheet, where: Path, ladder: str) -> Path:
    """Where the rung that an override changes is written: in the ladder, or inserted."""
    inserts: Path = (*where[:-2], "insert")
    for number, _ in enumerate(sheet.items(*inserts)):
        if sheet.text(*inserts, number, "id") == where[-1]:
            return (*inserts, number)
    rungs: Path = ("ladders", ladder, "rungs")
    ids = (sheet.text(*rungs, number, "id") for number in range(len(sheet.items(*rungs))))
    return (*rungs, list(ids).index(str(where[-1])))
