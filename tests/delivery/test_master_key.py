"""A master key that is changed while deliveries wait: they go out as they were rendered."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook

from escalation.bootstrap import Container
from escalation.clock import VirtualClock
from escalation.delivery.formats.options import format_of
from escalation.services.secrets import Vault, kept_key, reseal
from tests.delivery.acts import deliver, logged, states, subscribe
from tests.delivery.evil import answer
from tests.delivery.receiver import Behaviour, receiving

NEW = b"n" * 32
REF = {"system": "servicenow", "id": "4f1c2f3bdb3010107a1a5e2b5e961900"}
AUTHORIZATION = "Bearer s3cret"


class Moody:
    """A receiver that refuses everything until it is told to take it."""

    ill = True

    def get(self, path: str, default: Behaviour, /) -> Behaviour:
        del path
        return answer("500 Oops") if self.ill else default


@pytest.mark.parametrize(
    "form", [None, {"kind": "servicenow"}, {"kind": "cloudevents", "handshake": False}]
)
def test_what_waits_goes_out_under_the_new_key_alone_with_the_same_bytes(
    inside: Container, clock: VirtualClock, form: dict[str, Any] | None
) -> None:
    mood = Moody()
    with receiving(mood) as receiver:
        headers = {"Authorization": AUTHORIZATION}
        made = subscribe(inside, receiver.url(""), form=format_of(form), headers=headers)
        logged(inside, 1, external_refs=(REF,))
        deliver(inside)
        assert states(inside) == ["waiting"]

        file = inside.settings.data_dir / "master.key"
        old = kept_key(file, inside.ids)
        assert reseal(inside.desk, Vault(lambda: [NEW, *old])) >= 2
        file.unlink()
        mood.ill = False
        clock.advance(timedelta(minutes=5))
        deliver(replace(inside, vault=Vault(lambda: [NEW])))
        assert states(inside) == ["delivered"]

    first, last = receiver.got[0], receiver.got[-1]
    assert (last.path, last.body) == (first.path, first.body)
    assert last.headers["authorization"] == AUTHORIZATION
    assert last.headers["webhook-id"] == first.headers["webhook-id"]
    at = datetime.fromtimestamp(int(last.headers["webhook-timestamp"]), UTC)
    signed = Webhook(made.secret).sign(last.headers["webhook-id"], at, last.body.decode())
    assert last.headers["webhook-signature"] == signed
