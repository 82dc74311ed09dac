"""What opens something stands in the answer that gave it alone: in no row, and in no log."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import LargeBinary, select

from escalation.cli import logs
from escalation.store import models
from escalation.store.transaction import read
from tests.access.estate import SCHOOLS, UNLIMITED, done
from tests.api.service import Service, serving


def given(service: Service) -> dict[str, str]:
    """Everything that was given out to open something with, each used once and once spoilt."""
    key = done(service, "/v1/keys", {"name": "n", "role": "viewer"})["key"]
    endpoint = done(service, "/v1/webhook-endpoints", {"url": "https://93.184.216.34/in"})
    rotated = done(service, f"/v1/webhook-endpoints/{endpoint['id']}/rotate-secret", {})
    feed = done(service, f"/v1/forums/{SCHOOLS.forum}/feeds", {"name": "n"})
    nameless = {**SCHOOLS.log, "title": "t", "raiser": {"anonymous": True}}
    receipt = done(service, "/v1/issues", nameless, idempotency_key="k")["receipt_code"]
    calendar = f"/v1/forums/{SCHOOLS.forum}/calendar.ics?feed="
    for cut in (None, -1):
        service.get("/v1/issues", key=key[:cut])
        service.get("/v1/receipt", key=None, receipt_code=receipt[:cut])
        service.get(f"{calendar}{feed['token'][:cut]}", key=None)
    return {
        "key": key,
        "admin": service.admin,
        "endpoint": endpoint["secret"],
        "rotated": rotated["secret"],
        "feed": feed["token"],
        "receipt": receipt,
    }


def kept(service: Service) -> Iterator[bytes]:
    """Every value of every row, and on SQLite the very bytes of the file and its log."""
    engine = service.container.engine
    with read(engine) as connection:
        for table in models.metadata.sorted_tables:
            raw = [c.name for c in table.columns if isinstance(c.type, LargeBinary)]
            for row in connection.execute(select(table)).mappings():
                yield str(dict(row)).encode()
                yield from (bytes(row[name] or b"") for name in raw)
    file = engine.url.database or ""
    if engine.dialect.name == "sqlite":
        for name in (file, f"{file}-wal"):
            yield Path(name).read_bytes()


def test_nothing_that_opens_something_is_kept_or_logged(
    furnished_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("json", "DEBUG")
    try:
        with serving(furnished_url, data_dir=tmp_path, **UNLIMITED) as service:
            secrets = given(service)
            service.container.outgoing.hand_on()
            places: dict[str, Any] = {"kept": b"\n".join(kept(service))}
    finally:
        structlog.reset_defaults()
        logging.getLogger().handlers.clear()
    said = capsys.readouterr()
    places["log"] = f"{said.err}{said.out}".encode()
    assert b"turned_away" in places["log"]
    assert len(set(secrets.values())) == len(secrets)
    assert min(map(len, secrets.values())) >= 20
    found = [
        (name, place)
        for name, secret in secrets.items()
        for place, bytes_there in places.items()
        if secret.removeprefix("whsec_").encode() in bytes_there
    ]
    assert found == []
