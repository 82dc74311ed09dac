"""What subscriptions are decided on: everything shared, as it is within one transaction."""

from dataclasses import dataclass
from datetime import datetime

from escalation.clock import whole_second
from escalation.digests.framework import Framework
from escalation.errors import Broken
from escalation.services.desk import Desk
from escalation.services.registry import Known
from escalation.store.transaction import Connection
from escalation.workflow.facts import Agreement


@dataclass(frozen=True, slots=True)
class Grounds:
    """The directory, the publication and the diary in force at ``now``."""

    connection: Connection
    known: Known
    now: datetime
    under: Agreement
    framework: Framework

    @classmethod
    def of(cls, desk: Desk, connection: Connection, now: datetime) -> "Grounds":
        """As it is now.

        Raises:
            Broken: no ladder has been published, or no directory applied yet.
        """
        known = desk.registry.refresh(connection)
        under = desk.registry.in_force(known)
        if known.publication is None or known.directory is None:
            raise Broken("No ladder has been published, or no directory applied yet.")
        framework = Framework(
            known.publication,
            known.directory,
            known.directory_epoch,
            lambda wanted: desk.registry.publication(connection, wanted),
            known.diary,
        )
        return cls(connection, known, now, under, framework)

    @property
    def second(self) -> datetime:
        """Now, in whole seconds: the grain of windows."""
        return whole_second(self.now)

    @property
    def epochs(self) -> str:
        """A word that is another as soon as something changes that meetings follow from."""
        return epochs_of(self.known)


def epochs_of(known: Known) -> str:
    """The same word of what is known."""
    epoch = known.epoch
    return f"{epoch.publication}.{epoch.directory}.{epoch.meetings}"
