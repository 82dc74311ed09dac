"""The directory: what is asked of it, what is sent to it, and a seat with its holder."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic.fields import FieldInfo

from escalation.api.faults import faults_of
from escalation.api.paging import Value
from escalation.api.schemas.answers import SeatView
from escalation.api.schemas.fields import Instant
from escalation.api.schemas.queries import Cut, PageQuery
from escalation.api.schemas.shape import Shape
from escalation.errors import Invalid
from escalation.routing.directory_file import DirectoryFile
from escalation.routing.fields import Id, Strict
from escalation.routing.vocabulary import Role
from escalation.services.reading import directory, vacancies
from escalation.services.reading.directory import Noun
from escalation.services.reading.seats import Seat

AsAt = Annotated[Instant, Field(description="Those that hold at this instant.")]
KnownAt = Annotated[
    Instant, Field(description="By the directory that was in force then; without it by today's.")
]


class DirectoryQuery(PageQuery):
    """A page of a part of the directory."""

    known_at: KnownAt | None = None

    def wanted(self, position: tuple[Value, str] | None) -> directory.Wanted:
        """What the read side is asked for."""
        after = "" if position is None else position[1]
        return directory.Wanted(
            after=after,
            limit=self.limit,
            as_at=getattr(self, "as_at", None),
            known_at=self.known_at,
            among=self.among,
        )

    @property
    def among(self) -> Mapping[str, str]:
        """Members that entries are to have."""
        return {}


class TermQuery(DirectoryQuery):
    """Entries that begin and end."""

    as_at: AsAt | None = None


class AppointmentQuery(TermQuery):
    """Appointments, of whom and to what."""

    person: Cut | None = None
    role: Role | None = None
    party: Cut | None = None
    function: Cut | None = None
    region: Cut | None = None

    @property
    def among(self) -> Mapping[str, str]:
        """Members that entries are to have."""
        named = ("person", "role", "party", "function", "region")
        return {name: value for name in named if (value := getattr(self, name)) is not None}


class SeatQuery(BaseModel):
    """Which seat, when, and by whose word."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: Role
    party: Annotated[Cut, Field(description="A provider's or an agency's code.")]
    function: Cut | None = None
    region: Cut | None = None
    agreement: Annotated[Cut, Field(description="An OLA, where it makes a difference.")] | None = (
        None
    )
    as_at: Annotated[Instant, Field(description="When; without it now.")] | None = None
    known_at: KnownAt | None = None

    @property
    def seat(self) -> Seat:
        """What the read side is asked for."""
        return Seat(**dict(self))


class Version(Shape):
    """A version of the directory."""

    epoch: int | None
    applied_at: str | None


class SeatResolved(SeatView):
    """A seat at an instant, who holds it, and why they do."""

    party: str
    function: str | None
    region: str | None
    agreement: str | None
    as_at: str
    known_at: str
    directory: Version


class VacancyQuery(PageQuery):
    """Which empty seats."""

    forum: Annotated[Cut, Field(description="The next body of the issues there.")] | None = None
    secretariat: Annotated[Cut, Field(description="A person who minutes that body.")] | None = None
    account_manager: Annotated[Cut, Field(description="A person.")] | None = None

    def wanted(self, after: tuple[datetime, str] | None) -> vacancies.Wanted:
        """What the read side is asked for."""
        return vacancies.Wanted(
            forum=self.forum,
            secretariat=self.secretariat,
            account_manager=self.account_manager,
            after=after,
            limit=self.limit,
        )


def _entry(noun: Noun) -> type[BaseModel]:
    """The shape of an entry of that part, as a directory file has it."""
    annotation: Any = DirectoryFile.model_fields[noun.value].annotation
    shape: type[BaseModel] = annotation.__args__[1]
    return shape


class _Coded(BaseModel):
    code: Id


def code_of(sent: dict[str, Any]) -> str:
    """The code of an entry that is sent to be added, taken out of it.

    Raises:
        Invalid: there is none, or none that can name it.
    """
    try:
        found = _Coded.model_validate(sent)
    except ValidationError as error:
        faults = faults_of(error, _Coded)
        raise Invalid("The directory was not changed.", errors=faults) from error
    return str(sent.pop("code", found.code))


@cache
def new(noun: Noun) -> type[BaseModel]:
    """An entry that is sent to be added: with its code."""
    code = (Id, Field(description="What names it everywhere."))
    name = f"New{_named(noun)}"
    return create_model(name, __base__=_entry(noun), __doc__=f"A new {noun.single}.", code=code)


@cache
def patch(noun: Noun) -> type[BaseModel]:
    """What is to change of an entry: a member that is null is taken away."""
    fields: dict[str, Any] = {
        name: (
            _shape(field) | None,
            Field(default=None, alias=field.alias, description=field.description),
        )
        for name, field in _entry(noun).model_fields.items()
    }
    told = f"What is to change of {noun.single} by its members; null takes one away."
    return create_model(f"Change{_named(noun)}", __base__=Strict, __doc__=told, **fields)


def _shape(field: FieldInfo) -> Any:  # noqa: ANN401 - a type with what bounds it
    shape: Any = field.annotation
    for bound in field.metadata:
        shape = Annotated[shape, bound]
    return shape


def _named(noun: Noun) -> str:
    return "".join(word.title() for word in noun.single.split())
