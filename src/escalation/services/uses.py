"""When keys were last used, to the hour: noted once an hour and key by each process."""

from datetime import datetime

from escalation.services.desk import Desk
from escalation.store import access
from escalation.store.transaction import Connection


class Uses:
    """What one process has noted of the uses of keys."""

    def __init__(self, desk: Desk) -> None:
        """Note through ``desk``."""
        self._desk = desk
        self._noted: dict[str, datetime] = {}

    def note(self, key_id: str, now: datetime) -> None:
        """A key was used; nobody waits for that to be written."""
        noted = self._noted.get(key_id)
        if noted is not None and noted.hour == now.hour and noted.date() == now.date():
            return
        hour = now.replace(minute=0, second=0, microsecond=0)
        self._noted[key_id] = hour

        def chore(connection: Connection, _: datetime) -> None:
            access.key_used(connection, key_id, hour)

        self._desk.do(chore)
