"""What passed between us and who said something without a name, by the receipt of it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from escalation.services.views import told
from escalation.store import journal
from escalation.store.transaction import Connection

WRITTEN, ANSWERED, ACKNOWLEDGED = "written", "answered", "acknowledged"
"""What the record calls it: by the raiser; by us; by us, to whom gave feedback."""
_FROM = {WRITTEN: "you", ANSWERED: "us", ACKNOWLEDGED: "us"}


def passed(connection: Connection, said_id: str) -> Iterator[Mapping[str, Any]]:
    """What was written by whoever said it and to them, oldest first."""
    for entry in journal.entries(connection, said_id):
        by = _FROM.get(entry.type.rpartition(".")[2])
        if by is not None and entry.payload:  # of what was let go of nothing is left
            text = json.loads(entry.payload)["text"]
            yield {"at": told(entry.effective_at), "from": by, "text": text}
