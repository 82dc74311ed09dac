"""Whether the rungs and rules of one ladder fit together."""

from escalation.routing.positions import Path
from escalation.routing.sheet import Sheet
from escalation.routing.vocabulary import LADDER_FORUMS, ForumKind, ForumOwner, Severity, Side
from escalation.routing.wording import one_of, quoted

FORUM_ONLY = ("grace", "carry_over_limit", "out_of_session")
OFFICERS_ONLY = ("target", "acknowledge")
_OWNER = {
    ForumKind.BUSINESS_MANAGER_FORUM: ForumOwner.CLUSTER,
    ForumKind.PARTNERING_FORUM: ForumOwner.CLUSTER,
    ForumKind.GOVERNING_BOARD: ForumOwner.PROVIDER,
    ForumKind.CEO_BOARD: ForumOwner.INITIATIVE,
}


def check_ladder(sheet: Sheet, name: str) -> None:
    """Refuse what does not fit within the ladder of that name."""
    path: Path = ("ladders", name)
    sheet.known(sheet.table("calendars"), "calendar", *path, "calendar")
    rungs = rung_ids(sheet, name)
    seen: set[str] = set()
    for number, _ in enumerate(sheet.items(*path, "rungs")):
        check_rung(sheet, (*path, "rungs", number))
        _once(sheet, (*path, "rungs", number, "id"), seen)
    for kind in ("entry", "skip"):
        for number, _ in enumerate(sheet.items(*path, kind)):
            rule: Path = (*path, kind, number)
            sheet.known(rungs, "rung", *rule, "rung")
            _conditions(sheet, (*rule, "when"))
    for number, _ in enumerate(sheet.items(*path, "skip")):
        not_last(sheet, (*path, "skip", number, "rung"), rungs, "skipped")


def rung_ids(sheet: Sheet, ladder: str) -> list[str]:
    """The ids of a ladder's rungs, in order."""
    numbers = range(len(sheet.items("ladders", ladder, "rungs")))
    ids = (sheet.text("ladders", ladder, "rungs", number, "id") for number in numbers)
    return [rung_id for rung_id in ids if rung_id is not None]


def not_last(sheet: Sheet, path: Path, rungs: list[str], done: str) -> None:
    """Refuse the last rung where one may not be the last."""
    if rungs and sheet.text(*path) == rungs[-1]:
        others = one_of(rungs[:-1])
        detail = (
            f"found {quoted(rungs[-1])}, the last rung, which is never {done}; expected {others}"
        )
        sheet.refuse("last_rung", path, detail)


def check_rung(sheet: Sheet, path: Path) -> None:
    """Refuse a rung that is neither a pair of officers nor a forum, or both."""
    rung = sheet.table(*path)
    if "also_layer" in rung and rung.get("also_layer") == rung.get("layer"):
        detail = f"found {quoted(str(rung['layer']))} again, expected another layer than its own"
        sheet.refuse("wrong_value", (*path, "also_layer"), detail)
    if "forum" in rung:
        fits(sheet, path, OFFICERS_ONLY, "an officers' rung's")
        check_forum(sheet, (*path, "forum"))
        return
    fits(sheet, path, FORUM_ONLY, "a forum rung's")
    sheet.complete(("target", "seats") if rung else (), *path)
    sheet.complete(Severity, *path, "target")
    sheet.complete(Side, *path, "seats")


def fits(sheet: Sheet, path: Path, keys: tuple[str, ...], whose: str) -> None:
    """Refuse keys that are another kind of rung's."""
    for key in keys:
        if key in sheet.table(*path):
            detail = f"found {quoted(key)}, which is {whose} alone; expected none here"
            sheet.refuse("wrong_rung_kind", (*path, key), detail, key=True)


def check_forum(sheet: Sheet, path: Path) -> None:
    """Refuse a body that stands on no ladder, or that is not of that owner."""
    kind, owner = sheet.text(*path, "kind"), sheet.text(*path, "of")
    if kind in set(ForumKind) - set(LADDER_FORUMS):
        sheet.known(LADDER_FORUMS, "forum", *path, "kind")
    elif kind in _OWNER and owner in set(ForumOwner) and owner != _OWNER[ForumKind(kind)]:
        right = quoted(_OWNER[ForumKind(kind)])
        detail = f"found {quoted(str(owner))}, expected {right}, whose body a {quoted(kind)} is"
        sheet.refuse("wrong_value", (*path, "of"), detail)


def _once(sheet: Sheet, path: Path, seen: set[str]) -> None:
    word = sheet.text(*path)
    if word in seen:
        detail = f"found the rung {quoted(str(word))} again, expected each once in a ladder"
        sheet.refuse("duplicate_rung", path, detail)
    elif word is not None:
        seen.add(word)


def _conditions(sheet: Sheet, path: Path) -> None:
    if sheet.at(*path) == {}:
        sheet.refuse("wrong_value", path, "found no condition, expected at least one")
