"""What commands ask of a service, by the methods of the client: the database has the same."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol, Unpack

from escalation.client.listing import Page
from escalation.client.shapes.issues import IssueFilters

View = Mapping[str, Any]


class IssueDesk(Protocol):
    """Where issues are logged, read and acted upon."""

    def first(self, limit: int, /, **filters: Unpack[IssueFilters]) -> Page:
        """The first so many that fit, and how many do."""

    def show(self, issue: str) -> View:
        """One issue as it is now."""

    def timeline(self, issue: str) -> Iterator[View]:
        """What happened to it, oldest first."""

    def log(self, body: bytes, /) -> View:
        """Log one."""

    def act(self, issue: str, act: str, body: bytes, /, *, version: int | None) -> View:
        """Act on one; the issue as it then is."""


class RegisterDesk(Protocol):
    """Where contacts or feedback are recorded, read and raised."""

    def first(self, limit: int, /, **filters: Any) -> Page:  # noqa: ANN401 - the list's own
        """The first so many that fit, and how many do."""

    def show(self, said: str) -> View:
        """One of them, with what was written since."""

    def record(self, body: bytes, /) -> View:
        """Record one."""

    def answer(self, said: str, text: str) -> View:
        """Answer who gave no name."""

    def raise_(self, said: str, body: bytes, /) -> View:
        """Raise one into an issue."""


class FeedbackDesk(RegisterDesk, Protocol):
    """The same of feedback, whose giver is told that it arrived."""

    def acknowledge(self, said: str, text: str) -> View:
        """Tell its giver; once."""


class ForumDesk(Protocol):
    """Where it is read who meets, and their calendars are opened."""

    def list(self, *, soon: int = 1) -> Iterator[View]:
        """The forums, each with so many of its next meetings."""

    def show(self, forum: str, *, soon: int = 3) -> View:
        """One forum, who fills its seats, and so many of its next meetings."""

    def calendar(self, forum: str, base: str | None = None) -> bytes:
        """When it meets, as iCalendar."""

    def feeds(self, forum: str) -> Iterator[View]:
        """The tokens that open its calendar."""

    def add_feed(self, forum: str, name: str) -> View:
        """Make one; the answer has it."""

    def revoke_feed(self, forum: str, feed: str) -> None:
        """Take one back."""


class ReportDesk(Protocol):
    """Where a period is looked back on."""

    def outcomes(self, **query: Any) -> View:  # noqa: ANN401 - the query's own
        """What issues came to."""

    def training(self, **query: Any) -> View:  # noqa: ANN401 - as above
        """What training is planned from."""


class SurveyDesk(Protocol):
    """Where people are asked how it went."""

    def list(self) -> Iterator[View]:
        """The surveys of the survey file."""

    def rounds(self) -> Iterator[View]:
        """What periodic surveys came to in each period, the newest first."""

    def first(self, limit: int, /, *, answered: bool | None = None) -> Page:
        """The first so many who were asked."""

    def bring_in(
        self,
        raw: bytes,
        *,
        survey: str,
        period: str,
        name: str = "answers.csv",
        tell: Callable[[int], object] | None = None,
    ) -> View:
        """Bring in a file of answers; ``tell`` hears of each line twice."""


class MeetingDesk(Protocol):
    """Where meetings are planned, read and held."""

    def first(self, limit: int, forum: str, *, past: bool) -> Page:
        """The first so many of a forum."""

    def show(self, meeting: str) -> View:
        """One meeting."""

    def schedule(self, forum: str, body: bytes, /) -> View:
        """Plan one in between."""

    def act(self, meeting: str, act: str, body: bytes, /, *, version: int | None) -> View:
        """Do what it does; the issue that it is about, else the meeting."""

    def agenda(self, meeting: str, accept: str) -> bytes:
        """Its agenda, by media type."""

    def minutes(self, meeting: str, accept: str) -> bytes:
        """Its minutes, by media type."""


class DigestDesk(Protocol):
    """Where digests are made and read."""

    def build(self, body: Mapping[str, Any], /) -> tuple[View, bool]:
        """Make one or find it; whether it is new."""

    def file(self, digest: str, kind: str) -> bytes:
        """The file itself."""


class EndpointDesk(Protocol):
    """Where endpoints of webhooks are kept, and what was sent to them."""

    def list(self) -> Iterator[View]:
        """Every endpoint, without its secrets."""

    def show(self, endpoint: str) -> View:
        """One endpoint."""

    def add(self, url: str, **fields: Any) -> View:  # noqa: ANN401 - the body's own
        """Add one; the answer has its secret."""

    def change(self, endpoint: str, /, **fields: Any) -> View:  # noqa: ANN401 - the body's own
        """Change one; what is not named stays."""

    def rotate(self, endpoint: str, **fields: Any) -> View:  # noqa: ANN401 - the body's own
        """Give one a new secret; the answer has it."""

    def remove(self, endpoint: str) -> None:
        """Remove one."""

    def ping(self, endpoint: str) -> View:
        """Have one asked to answer; the delivery."""

    def deliveries(self, endpoint: str | None, *, state: str | None = None) -> Iterator[View]:
        """What was sent to one, or to all."""

    def delivery(self, delivery: str) -> View:
        """One delivery with its attempts."""

    def redeliver(self, delivery: str) -> View:
        """Send it again."""

    def redeliver_since(self, endpoint: str, since: str, **which: bool) -> View:
        """Send all since an instant again; how many, and what was left."""

    def drop(self, delivery: str) -> View:
        """Give up a dead one."""


class HookDesk(Protocol):
    """Where it is kept what tools have sent."""

    def list(self, *, source: str | None = None, state: str | None = None) -> Iterator[View]:
        """What came, the latest first."""

    def replay(self, delivery: str) -> View:
        """Read one again."""

    def replay_left(self, source: str) -> Iterator[View]:
        """Read again whatever of a source had no effect."""


class KeyDesk(Protocol):
    """Where keys are made and taken back."""

    def list(self) -> Iterator[View]:
        """Every key, without the keys themselves."""

    def create(self, *, name: str, role: str, **fields: Any) -> View:  # noqa: ANN401 - the body's own
        """Make one; the answer has it."""

    def rotate(self, key: str, **fields: Any) -> View:  # noqa: ANN401 - the body's own
        """Make the one that follows it; the answer has it."""

    def revoke(self, key: str) -> None:
        """Take one back."""


class ActionDesk(Protocol):
    """Where the register of actions is kept."""

    def list(self, **filters: Any) -> Iterator[View]:  # noqa: ANN401 - the list's own
        """All that fit."""

    def first(self, limit: int, /, **filters: Any) -> Page:  # noqa: ANN401 - the list's own
        """The first so many that fit, and how many do."""

    def show(self, action: str) -> View:
        """One action."""

    def done(self, action: str, note: str | None) -> View:
        """Say that it is done."""

    def reopen(self, action: str, note: str | None) -> View:
        """Open it again."""

    def change(self, action: str, body: bytes, /) -> View:
        """Say what it serves."""


class DecisionDesk(Protocol):
    """Where the register of decisions is kept."""

    def list(self, **filters: Any) -> Iterator[View]:  # noqa: ANN401 - the list's own
        """All that fit."""

    def first(self, limit: int, /, **filters: Any) -> Page:  # noqa: ANN401 - the list's own
        """The first so many that fit, and how many do."""


class ThemeDesk(Protocol):
    """Where the register of themes is kept."""

    def first(self, limit: int, /, **query: Any) -> Page:  # noqa: ANN401 - the list's own
        """The first so many."""

    def show(self, theme: str, **query: Any) -> View:  # noqa: ANN401 - as above
        """One theme."""

    def record(self, body: bytes, /) -> View:
        """Take one into the register."""

    def change(self, theme: str, body: bytes, /) -> View:
        """Give it other values."""

    def suggest(self, **query: Any) -> View:  # noqa: ANN401 - as above
        """Words that stand in more issues than they used to."""


class LearningDesk(Protocol):
    """Where it is found what was learned."""

    def first(self, limit: int, /, **filters: Any) -> Page:  # noqa: ANN401 - the list's own
        """The first so many that fit."""


class Service(Protocol):
    """All of them."""

    @property
    def actions(self) -> ActionDesk:
        """What forums asked of people."""

    @property
    def decisions(self) -> DecisionDesk:
        """What forums decided."""

    @property
    def themes(self) -> ThemeDesk:
        """What keeps coming up."""

    @property
    def learnings(self) -> LearningDesk:
        """What was learned."""

    @property
    def issues(self) -> IssueDesk:
        """Issues."""

    @property
    def contacts(self) -> RegisterDesk:
        """Contacts."""

    @property
    def feedback(self) -> FeedbackDesk:
        """Feedback."""

    @property
    def forums(self) -> ForumDesk:
        """Forums."""

    @property
    def reports(self) -> ReportDesk:
        """What planning takes from a period."""

    @property
    def surveys(self) -> SurveyDesk:
        """Surveys."""

    @property
    def meetings(self) -> MeetingDesk:
        """Meetings."""

    @property
    def digests(self) -> DigestDesk:
        """Digests."""

    @property
    def endpoints(self) -> EndpointDesk:
        """Where events are sent."""

    @property
    def hooks(self) -> HookDesk:
        """What tools have sent."""

    @property
    def keys(self) -> KeyDesk:
        """Keys."""
