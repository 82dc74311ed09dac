"""A master key that is changed while deliveries wait: they go out as they were rendered."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook

from escalation.bootstrap import Container
from escalation.clock import VirtualClock
from escalation.delivery.formats.options import format_of
from escalation.services.secrets import Vault, kept_key, reseal
from tests.delivery.acts import deliver, logged, states, subscribe
from tests.delivery.evil import answer
from tests.delivery.receiver import Behaviour, Receiver, accept

NEW = b"n" * 32
REF = {"system": "servicenow", "id": "4f1c2f3bdb3010107a1a5e2b5e961900"}
AUTHORIZATION = "Bearer s3cret"


@pytest.mark.parametrize("form", [None, {"kind": "servicenow"}, {"kind": "cloudevents"}])
def test_what_waits_goes_out_under_the_new_key_alone_with_the_same_bytes(
    inside: Container,
    clock: VirtualClock,
    receiver: Receiver,
    moods: dict[str, Behaviour],
    form: dict[str, Any] | None,
) -> None:
    handshake = form is not None and form["kind"] == "cloudevents"
    wanted = format_of({**form, "handshake": False} if handshake and form else form)
    made = subscribe(
        inside, receiver.url("/ill"), form=wanted, headers={"Authorization": AUTHORIZATION}
    )
    logged(inside, 1, external_refs=(REF,))
    deliver(inside)
    assert states(inside) == ["waiting"]
    first = receiver.got[0]

    old = kept_key(inside.settings.data_dir / "master.key", inside.ids)
    assert reseal(inside.desk, Vault(lambda: [NEW, *old])) >= 2
    (inside.settings.data_dir / "master.key").unlink()
    new = replace(inside, vault=Vault(lambda: [NEW]))
    moods["/ill"] = answer("200 OK")
    for path in {got.path for got in receiver.got}:
        moods[path] = accept
    clock.advance(timedelta(minutes=5))
    deliver(new)

    assert states(inside) == ["delivered"]
    last = receiver.got[-1]
    assert (last.path, last.body) == (first.path, first.body)
    assert last.headers["authorization"] == AUTHORIZATION
    assert Webhook(made.secret).verify(last.body, last.headers) if form is None else True
    assert last.headers["webhook-id"] == first.headers["webhook-id"]
