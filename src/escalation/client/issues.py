"""Issues: logged, listed, read, and acted upon."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Unpack

from escalation.client.line import Asked, Body, Line
from escalation.client.listing import Page, every, some
from escalation.client.operation import act_at
from escalation.client.shapes.issues import Batch, Issue, IssueFilters
from escalation.client.shapes.timelines import CountedClock, TimelineEntry

Named = Issue | Mapping[str, Any] | str
"""An issue as it was read, or its id or reference."""


class Issues:
    """What can be done with issues."""

    def __init__(self, line: Line) -> None:
        """Over a line to the service."""
        self._line = line

    def log(self, body: Body = None, /, **fields: Any) -> Issue:  # noqa: ANN401 - the body's own
        """Log an issue: its fields by name, or a whole body.

        Returns:
            The issue: its rung and seats, its clocks with their due instants, and why.

        Raises:
            Invalid: fields are wrong; ``errors`` has a pointer to each.
        """
        found: Issue = self._line.found("log_issue", Asked(body=given(body, fields)))
        return found

    def log_many(self, entries: Iterable[Mapping[str, Any]]) -> Batch:
        """Log up to 1,000; each has its own result, and a wrong one hurts no other."""
        body = {"issues": list(entries)}
        found: Batch = self._line.found("log_issues", Asked(body=body))
        return found

    def list(self, **filters: Unpack[IssueFilters]) -> Iterator[Issue]:
        """Every issue that fits, as it is taken: ``status="open"``, ``sort="-due_at"``.

        A filter takes one word or several; ``limit`` is how many are asked for at once.
        """
        return every(self._line, "list_issues", filters)

    def first(self, limit: int, /, **filters: Unpack[IssueFilters]) -> Page:
        """The first so many that fit, and how many do."""
        return some(self._line, "list_issues", {**filters, "include_total": True}, limit)

    def show(self, issue: Named) -> Issue:
        """One issue as it is now.

        Raises:
            NotFound: there is none of that name, or it is not for this key.
        """
        found: Issue = self._line.found("get_issue", _of(issue))
        return found

    def edit(self, issue: Named, /, *, version: int | None = None, **fields: Any) -> Issue:  # noqa: ANN401 - as above
        """Change title, description, themes or needs; all else is ``act(issue, "reclassify")``."""
        found: Issue = self._line.found("edit_issue", _change(issue, version, fields))
        return found

    def act(
        self,
        issue: Named,
        act: str,
        body: Body = None,
        /,
        *,
        version: int | None = None,
        **fields: Any,  # noqa: ANN401 - as above
    ) -> Issue:
        """Act on an issue; the answer is the issue as it then is.

        An issue that was read is acted on only if it is still as it was read (or at ``version``);
        one that is named by its reference alone, whatever it has become.

        Raises:
            Stale: it has moved on; ``current`` is what it is now.
            Refused: its state does not allow the act; ``extra["available_acts"]`` says what does.
            Invalid: there is no such act, or fields are wrong; ``errors`` has a pointer to each.
        """
        asked = _change(issue, version, given(body, fields))
        found: Issue = self._line.found(act_at("/v1/issues/{issue}", act), asked)
        return found

    def timeline(self, issue: Named) -> Iterator[TimelineEntry]:
        """What happened to it, oldest first."""
        return every(self._line, "list_timeline", {"limit": 200}, {"issue": name_of(issue)})

    def clocks(self, issue: Named) -> Sequence[CountedClock]:
        """Every clock that it ever had, with its arithmetic."""
        found: Sequence[CountedClock] = self._line.found("list_clocks", _of(issue))["data"]
        return found

    def explain(self, issue: Named) -> dict[str, Any]:
        """Why it is where it is and what happens next, value by value."""
        found: dict[str, Any] = self._line.found("explain_issue", _of(issue))
        return found

    def paper(self, issue: Named, accept: str = "text/markdown") -> bytes:
        """The issue paper: as Markdown, ``text/html`` or ``application/json``."""
        asked = Asked(parts={"issue": name_of(issue)}, accept=accept)
        return self._line.call("get_paper", asked).content


def given(body: Body, fields: Mapping[str, Any]) -> Body:
    """A body that was given whole, or one of fields."""
    return dict(fields) if body is None else body


def name_of(thing: Mapping[str, Any] | str) -> str:
    """The name by which a thing that was read, or a name, goes into a path."""
    return thing if isinstance(thing, str) else str(thing["id"])


def version_of(thing: Mapping[str, Any] | str, version: int | None) -> int | None:
    """The version that was said, else the one that was read."""
    read = None if isinstance(thing, str) else thing.get("version")
    return read if version is None else version


def _of(issue: Named) -> Asked:
    return Asked(parts={"issue": name_of(issue)})


def _change(issue: Named, version: int | None, body: Body) -> Asked:
    return Asked(parts={"issue": name_of(issue)}, body=body, version=version_of(issue, version))
