"""What a token gives here: the person of the directory it names, and a role by a fixed table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from jmespath.parser import ParsedResult

from escalation.errors import Forbidden
from escalation.routing.directory import Directory
from escalation.services.oidc.trust import BadToken, Claims, Reason
from escalation.services.roles import KeyRole
from escalation.services.scopes import Scopes, unknown


class PersonBy(StrEnum):
    """What of a person the claim that names them is held against."""

    SUBJECT = "subject"
    ID = "id"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Grant:
    """A line of the table: who has the value in their token gets the role, for a part or for all.

    Somebody of the directory must be named by the token, unless it is for programs.
    """

    value: str
    role: KeyRole
    scopes: Scopes
    program: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose a token is, as the rest of the product asks."""

    id: str
    name: str
    role: str
    person: str | None
    scopes: Mapping[str, Sequence[str]] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """How tokens are read: the claims that name person and roles, and what each role value gives.

    The first grant that a token has a value of is the one; people without any get
    ``person_role``, if there is one.
    """

    issuer: str
    person_claim: str
    person_by: PersonBy
    roles_claim: ParsedResult
    grants: tuple[Grant, ...]
    person_role: KeyRole | None = None

    def identity(self, claims: Claims, directory: Directory | None, now: datetime) -> Identity:
        """Whose a token is, and what that gives them at ``now``.

        Raises:
            BadToken: it names nobody whom the directory has now, and is no program's.
            Forbidden: it is good, and gives nothing here.
        """
        grant = self._grant(claims)
        subject = claims["sub"]
        principal = "oidc:" + sha256(f"{self.issuer} {subject}".encode()).hexdigest()[:40]
        if grant is not None and grant.program:
            return Identity(principal, subject, grant.role, None, grant.scopes or None)
        person = None if directory is None else self._person(claims, directory, now)
        if person is None or directory is None:
            raise BadToken.because(Reason.STRANGER)
        role = self.person_role if grant is None else grant.role
        if role is None:
            raise Forbidden(
                "Your token is good and names you, but gives you no role here; ask whoever gives "
                "out roles at the identity provider."
            )
        scopes = None if grant is None else grant.scopes or None
        return Identity(principal, directory.people[person].name, role, person, scopes)

    def unknown_codes(self, directory: Directory | None) -> Iterator[str]:
        """Each code of the table that the directory does not have, with its line.

        Whom such a line gives a role sees nothing by that code.
        """
        for grant in self.grants:
            for fault in unknown(grant.scopes, directory):
                kind = (fault.pointer or "").split("/")[2]
                yield f"`{grant.value}={grant.role}` is for a part by {kind}: {fault.detail}"

    def _grant(self, claims: Claims) -> Grant | None:
        said = self.roles_claim.search(dict(claims))
        values = said.split() if isinstance(said, str) else said
        given = set(values) if _is_words(values) else set()
        return next((grant for grant in self.grants if grant.value in given), None)

    def _person(self, claims: Claims, directory: Directory, now: datetime) -> str | None:
        said = claims.get(self.person_claim)
        if not isinstance(said, str):
            return None
        person: str | None = said
        if self.person_by is PersonBy.SUBJECT:
            person = directory.subjects.get(said)
        elif self.person_by is PersonBy.EMAIL:
            # An address that nobody has shown to be theirs is anybody's.
            proven = claims.get("email_verified") is True
            person = directory.by_email(said) if proven else None
        return person if person is not None and directory.employed(person, now) else None


def _is_words(values: object) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)
