"""What the partners of a cluster have agreed on how they work together, for forums' papers."""

from typing import Any

from escalation.services.reading.reader import Look

_TERMS = (
    "issue_resolution",
    "monitoring",
    "principles",
    "expectations",
    "known_obstacles",
)


def of_cluster(look: Look, cluster: str | None) -> dict[str, Any] | None:
    """The terms of the partnering agreement of a cluster that runs now; None where none does."""
    directory = look.directory
    today = look.now.astimezone(directory.zone).date()
    for code, entry in directory.file.partnering_agreements.items():
        if entry.cluster == cluster and entry.begins <= today <= entry.ends:
            terms = {name: getattr(entry, name) for name in _TERMS}
            told = {n: list(t) if isinstance(t, tuple) else t for n, t in terms.items()}
            return {"code": code, "title": entry.title, **told}
    return None
