"""The words of the field, each set closed: what a file, a request or a page may say."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Severity(StrEnum):
    """How bad it is, worst first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Degree(StrEnum):
    """A step of impact or of urgency: the two sides of the severity matrix."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Side(StrEnum):
    """One side's place on a rung; a provider that buys from another sits on the agency side."""

    PROVIDER = "provider"
    AGENCY = "agency"


class Scope(StrEnum):
    """What an issue is about: one function, or the agreement as a whole."""

    FUNCTION = "function"
    AGREEMENT = "agreement"


class IssueKind(StrEnum):
    """What may stand on a ladder; compliments and suggestions are feedback."""

    COMPLAINT = "complaint"
    ISSUE = "issue"


class Channel(StrEnum):
    """How it reached us."""

    INTERNET = "internet"
    PHONE = "phone"
    SERVICE_CENTRE = "service_centre"
    EMAIL = "email"
    IN_PERSON = "in_person"
    FORUM = "forum"
    SERVICE_MEETING = "service_meeting"
    SURVEY = "survey"
    TICKETING_TOOL = "ticketing_tool"


class RaiserType(StrEnum):
    """Who raised it."""

    CUSTOMER = "customer"
    CLIENT = "client"
    STAFF = "staff"
    PUBLIC = "public"


class ActionKind(StrEnum):
    """What an action changes: the framework's "redesigning processes and changing systems"."""

    PROCESS = "process"
    SYSTEM = "system"
    TRAINING = "training"
    INFORMATION = "information"
    AGREEMENT = "agreement"
    OTHER = "other"


class Cycle(StrEnum):
    """The framework's four cycles of improvement, one of which an outcome feeds."""

    STRATEGIC_RELATIONSHIPS = "strategic_relationships"
    SERVICE_DELIVERY_RELATIONSHIPS = "service_delivery_relationships"
    PROVIDER_IMPROVEMENT = "provider_improvement"
    CLIENT_IMPROVEMENT = "client_improvement"


class Awaiting(StrEnum):
    """What a hold waits for; each has its own cap."""

    RAISER = "raiser"
    AGENCY = "agency"
    PROVIDER = "provider"
    THIRD_PARTY = "third_party"
    DEPENDENCY = "dependency"


class Sensitivity(StrEnum):
    """Why an issue is sealed."""

    PUBLIC_INTEREST_DISCLOSURE = "public_interest_disclosure"
    CORRUPT_CONDUCT = "corrupt_conduct"
    HUMAN_RIGHTS = "human_rights"
    PRIVACY = "privacy"
    BY_HAND = "by_hand"


class Role(StrEnum):
    """The seats of the framework."""

    SERVICE_MANAGER = "service_manager"
    SERVICE_DIRECTOR = "service_director"
    REGIONAL_SERVICE_DIRECTOR = "regional_service_director"
    ACCOUNT_MANAGER = "account_manager"
    EXECUTIVE_DIRECTOR = "executive_director"
    FUNCTION_MANAGER = "function_manager"
    FUNCTION_DIRECTOR = "function_director"
    BUSINESS_MANAGER = "business_manager"
    CORPORATE_PURCHASER = "corporate_purchaser"
    CEO = "ceo"
    PROGRAM_OFFICE = "program_office"

    @property
    def words(self) -> str:
        """The role as people write it: `service manager`, `CEO`."""
        return "CEO" if self is Role.CEO else self.value.replace("_", " ")


class Layer(StrEnum):
    """The layers of delivery; what each holds is data of the ladder file."""

    OPERATIONAL = "operational"
    SERVICE = "service"
    CORPORATE = "corporate"


class Involvement(StrEnum):
    """How somebody has to do with what stands on a rung."""

    RESPONSIBLE = "responsible"
    ACCOUNTABLE = "accountable"
    CONSULTED = "consulted"
    INFORMED = "informed"


class RungKind(StrEnum):
    """Who acts on a rung: a pair of officers, or a body at its meetings."""

    OFFICERS = "officers"
    FORUM = "forum"


class ForumKind(StrEnum):
    """The bodies of the framework; only the first four stand on a ladder."""

    BUSINESS_MANAGER_FORUM = "business_manager_forum"
    PARTNERING_FORUM = "partnering_forum"
    GOVERNING_BOARD = "governing_board"
    CEO_BOARD = "ceo_board"
    CLIENT_FORUM = "client_forum"
    CUSTOMER_FORUM = "customer_forum"
    SERVICE_MEETING = "service_meeting"
    FUNCTIONAL_REFERENCE_GROUP = "functional_reference_group"


class ForumOwner(StrEnum):
    """Whose body a forum is."""

    CLUSTER = "cluster"
    PROVIDER = "provider"
    INITIATIVE = "initiative"


class EmptySeat(StrEnum):
    """What happens when nobody holds the leading seat."""

    ALTERNATE = "alternate"
    NEXT_RUNG = "next_rung"
    ALARM = "alarm"


class Picking(StrEnum):
    """Which of several people in one seat gets the next issue."""

    FIRST = "first"
    ROUND_ROBIN = "round_robin"
    LEAST_OPEN = "least_open"


class StandardClock(StrEnum):
    """The clocks that serve a standard of the customer service charter."""

    ACKNOWLEDGE = "acknowledge"
    RUNG = "rung"
    OVERALL = "overall"
    INFORM = "inform"


class PastTarget(StrEnum):
    """What a rung does when its target has passed."""

    ESCALATE = "escalate"
    NOTIFY = "notify"


class Resolve(StrEnum):
    """Who may resolve on a rung."""

    LEAD = "lead"
    BOTH = "both"


class Approval(StrEnum):
    """Who approves a change of what holds under an agreement, before it is published."""

    PARTIES = "parties"
    FORUM = "forum"


class Cadence(StrEnum):
    """How often a provider reports to a client on their agreement."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half_yearly"
    YEARLY = "yearly"


class SetBy(StrEnum):
    """Which part of the ladder file set an effective value."""

    BASE = "base"
    LADDER = "ladder"
    OLA = "ola"


class StatutoryStart(StrEnum):
    """The instant a statutory clock is anchored at."""

    RECEIVED = "received"
    OCCURRED = "occurred"
    SEALED = "sealed"


class StatutoryStop(StrEnum):
    """The act that stops a statutory clock."""

    ACKNOWLEDGE = "acknowledge"
    INFORM = "inform"
    RESOLVE = "resolve"
    CLOSE = "close"


LADDER_FORUMS = (
    ForumKind.BUSINESS_MANAGER_FORUM,
    ForumKind.PARTNERING_FORUM,
    ForumKind.GOVERNING_BOARD,
    ForumKind.CEO_BOARD,
)

SIGNS: Mapping[Side, Role] = MappingProxyType(
    {Side.PROVIDER: Role.EXECUTIVE_DIRECTOR, Side.AGENCY: Role.CORPORATE_PURCHASER}
)
"""Who signs for each party of an agreement, approves its changes, and sits among the partners."""

STANDS_IN: Mapping[Role, Role] = MappingProxyType({Role.BUSINESS_MANAGER: Role.CORPORATE_PURCHASER})
"""Framework, definition of agency business managers: "If not delegated ..."."""

STANDS_IN_FOR_PROVIDER: Mapping[Role, Role] = MappingProxyType(
    {
        Role.BUSINESS_MANAGER: Role.ACCOUNT_MANAGER,
        Role.CORPORATE_PURCHASER: Role.EXECUTIVE_DIRECTOR,
        Role.CEO: Role.EXECUTIVE_DIRECTOR,
    }
)
"""The same where the client is itself a provider (definition of provider account managers; that
its executive director sits where an agency's CEO would is our reading)."""

REGIONAL: Mapping[Role, Role] = MappingProxyType(
    {Role.SERVICE_DIRECTOR: Role.REGIONAL_SERVICE_DIRECTOR}
)
"""Who takes a seat instead, in a region that has one (framework, future directions)."""
