"""The master key is changed without losing a secret, and only where all of them can be opened."""

from dataclasses import replace

import pytest
from sqlalchemy import insert, select

from escalation.errors import Broken
from escalation.services.secrets import Vault, reseal
from escalation.store import models, seals
from escalation.store.transaction import read, write
from tests.builders import desk_on
from tests.record.recorded import MASTER, an_issue, noted, sealer_of

NEW = b"n" * 32


def test_every_secret_is_sealed_under_the_new_key(furnished_url: str) -> None:
    old, both, new = (Vault(lambda keys=keys: keys) for keys in ([MASTER], [NEW, MASTER], [NEW]))  # type: ignore[misc] # bound at once
    table = models.webhook_endpoint
    with desk_on(furnished_url) as desk:
        issue = an_issue(desk)
        sealer_of(desk).seal()
        endpoint = {
            "id": "whe_1", "url": "https://example.org", "description": "", "types": [],
            "state": "enabled", "secret": old.seal("one"), "old_secret": old.seal("two"),
            "created_by": "Clerk", "created_at": desk.clock.now(),
        }  # fmt: skip
        with write(desk.engine) as connection:
            connection.execute(insert(table), endpoint)
        with pytest.raises(Broken, match="master key"):
            reseal(desk, new)
        assert reseal(desk, both) == 3
        with read(desk.engine) as connection:
            row = connection.execute(select(table.c.secret, table.c.old_secret)).one()
            [key] = seals.keys(connection)
        assert [new.open(each) for each in row] == ["one", "two"]
        assert new.open(str(key.secret))
        noted(desk, issue)
        assert replace(sealer_of(desk), vault=new).seal() > 0
