"""The doctor finds each thing that is unsafe or unwise, and nothing where all is well."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text, update

from escalation.bootstrap import lacking_for_tokens, tokens_of
from escalation.clock import VirtualClock
from escalation.services import keys
from escalation.services.ailments import Grade
from escalation.services.desk import Desk
from escalation.services.doctor import LAST_BACKUP, Patient, diagnosed
from escalation.services.inbound.book import SourceBook
from escalation.services.record.place import Place
from escalation.services.recovery import beat
from escalation.services.surroundings import Surroundings
from escalation.settings import Settings
from escalation.store import grants, models, wall
from escalation.store.transaction import read, write
from tests.builders import CLERK, CONFIG, ask, complaint, desk_on
from tests.fakes import virtual_clock
from tests.oidc.mint import minting
from tests.record.forging import let_go
from tests.record.recorded import an_issue, sealer_of

ALWAYS = {"database_program", "record_changeable"}
"""What depends on the machine's SQLite, and that tests on PostgreSQL own their tables."""


@pytest.fixture
def clock() -> VirtualClock:
    return virtual_clock()


@pytest.fixture
def desk(furnished_url: str, clock: VirtualClock) -> Iterator[Desk]:
    with desk_on(furnished_url, clock) as desk:
        yield desk


@pytest.fixture
def well(desk: Desk, clock: VirtualClock, tmp_path: Path) -> Patient:
    """An installation with nothing wrong."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    backup = data / LAST_BACKUP
    backup.touch()
    os.utime(backup, (clock.now().timestamp(),) * 2)
    beat(desk.engine, clock, "wrk_1", timedelta(minutes=10))
    sealer = sealer_of(desk, tmp_path / "elsewhere" / "seals.jsonl")
    an_issue(desk)
    while sealer.seal():
        pass
    return Patient(
        engine=desk.engine,
        clock=clock,
        registry=desk.registry,
        sealer=sealer,
        data_dir=data,
        config_dir=CONFIG,
        database_file=None,
        open_address=None,
        own_master_key=False,
        seal_interval=timedelta(minutes=5),
        overdue=timedelta(minutes=2),
        outage=timedelta(minutes=10),
        strangers=(),
        proxies="10.1.2.0/24",
        tls_key=None,
        surroundings=Surroundings(tmp_path / "no mounts", lambda: 0),
    )


def _codes(patient: Patient) -> set[str]:
    return {ailment.code for ailment in diagnosed(patient)} - ALWAYS


def test_nothing_is_found_where_all_is_well(well: Patient) -> None:
    assert _codes(well) == set()


def test_what_surrounds_the_database_is_looked_at(well: Patient, tmp_path: Path) -> None:
    open_file = tmp_path / "open.db"
    open_file.touch(mode=0o644)
    near = replace(well.sealer, place=Place(well.data_dir / "seals.jsonl"))
    wrong = tmp_path / "config"
    wrong.mkdir()
    (wrong / "retention.yaml").write_text("classes: none")
    for changed, code in (
        (replace(well, database_file=open_file), "readable"),
        (replace(well, open_address="0.0.0.0"), "open_address"),  # noqa: S104 - that is the point
        (replace(well, own_master_key=True), "key_beside_database"),
        (replace(well, sealer=replace(well.sealer, place=None)), "no_sealing_place"),
        (replace(well, sealer=near), "sealing_place_near"),
        (replace(well, strangers=["ESCALATION_HOTS sets nothing"]), "unknown_setting"),
        (replace(well, config_dir=tmp_path / "none"), "no_schedule"),
        (replace(well, config_dir=wrong), "wrong_schedule"),
    ):
        assert _codes(changed) == {code}


def test_sources_that_are_not_in_force_and_secrets_that_open_nothing_are_told(
    well: Patient, tmp_path: Path
) -> None:
    file = tmp_path / "webhook_sources.yaml"
    file.write_text("sources: {jira: {preset: jira, secrets: [jira]}}", encoding="utf-8")
    for secrets, code in (
        ({}, set()),  # no tool is meant to post
        ({"jira": ("s",)}, set()),
        ({"jirra": ("s",)}, {"hook_secrets_unset", "hook_secrets_unnamed"}),
    ):
        book = SourceBook(file, secrets)
        assert _codes(replace(well, hooks=book)) == code
    file.write_text("sources: {jira: {prset: jira, secrets: [jira]}}", encoding="utf-8")
    [told] = [
        each
        for each in diagnosed(replace(well, hooks=SourceBook(file, {"jira": ("s",)})))
        if each.code == "sources_refused"
    ]
    assert "the nearest is `preset`" in told.what


def test_a_key_of_tls_that_everybody_reads_is_told(well: Patient, tmp_path: Path) -> None:
    key = tmp_path / "tls.key"
    key.touch(mode=0o644)
    assert _codes(replace(well, tls_key=key)) == {"readable"}


@pytest.mark.parametrize("networks", ["0.0.0.0/0", "10.1.2.0/24, 0.0.0.0/7", "::/0"])
def test_proxies_that_half_the_world_can_be_are_told(well: Patient, networks: str) -> None:
    assert _codes(replace(well, proxies=networks)) == {"wide_proxies"}


def test_a_network_file_system_under_the_database_is_unsafe(well: Patient, tmp_path: Path) -> None:
    folder = tmp_path / "with space"
    folder.mkdir()
    mounts = tmp_path / "mounts"
    named = str(folder.resolve()).replace(" ", "\\040")
    mounts.write_text(f"/dev/sda / ext4 rw 0 0\nserver:/x {named} nfs4 rw 0 0\n")
    around = Surroundings(mounts, lambda: 0)
    far = replace(well, database_file=folder / "escalation.db", surroundings=around)
    [found] = [each for each in diagnosed(far) if each.code == "network_file_system"]
    assert found.grade is Grade.UNSAFE
    assert "nfs4" in found.what
    near = replace(well, database_file=tmp_path / "near.db", surroundings=around)
    assert _codes(near) == set()


def test_a_clock_that_nothing_keeps_right_is_told(well: Patient, tmp_path: Path) -> None:
    around = Surroundings(tmp_path / "none", lambda: 5)
    assert _codes(replace(well, surroundings=around)) == {"clock_loose"}
    assert isinstance(Surroundings().clock_is_loose(), bool)


def test_keys_that_end_soon_and_that_have_ended_are_told(
    well: Patient, desk: Desk, clock: VirtualClock
) -> None:
    until = clock.now() + timedelta(days=10)
    role = keys.KeyRole.VIEWER
    made = keys.create(desk, name="dashboard", role=role, actor=CLERK, expires_at=until)
    assert _codes(well) == {"keys_ending"}
    after = keys.rotate(desk, made.stored.id, actor=CLERK)
    keys.revoke(desk, after.stored.id, actor=CLERK)
    other = keys.create(desk, name="other", role=role, actor=CLERK, expires_at=until)
    clock.advance(timedelta(days=11))
    told = {each.code: each.what for each in diagnosed(well)}
    assert other.stored.id in told["keys_ended"]
    assert made.stored.id not in told["keys_ended"]


def test_backups_grow_old(well: Patient, clock: VirtualClock) -> None:
    noted_at = well.data_dir / LAST_BACKUP
    old = clock.now() - timedelta(days=8)
    os.utime(noted_at, (old.timestamp(),) * 2)
    assert _codes(well) == {"old_backup"}
    noted_at.unlink()
    assert _codes(well) == {"no_backup"}


def test_keys_that_open_too_long_are_told(well: Patient, desk: Desk, clock: VirtualClock) -> None:
    keys.create(desk, name="for ever", role=keys.KeyRole.OPERATOR, actor=CLERK)
    until = clock.now() + timedelta(days=7)
    admin = keys.KeyRole.ADMIN
    first = keys.create(desk, name="first key", role=admin, actor=CLERK, expires_at=until)
    later = clock.now() + timedelta(days=90)
    keys.create(desk, name="mine", role=admin, actor=CLERK, expires_at=later)
    assert _codes(well) == {"first_key", "endless_keys"}
    keys.revoke(desk, first.stored.id, actor=CLERK)
    assert _codes(well) == {"endless_keys"}


def test_an_engine_that_stands_still_is_told(
    well: Patient, desk: Desk, clock: VirtualClock
) -> None:
    issue = str(ask(desk, complaint())["id"])
    clock.advance(timedelta(days=3))
    found = {ailment.code: ailment for ailment in diagnosed(well)}
    assert set(found) - ALWAYS == {"clocks_late", "no_worker", "unsealed"}
    assert found["clocks_late"].grade is Grade.UNSAFE
    with read(desk.engine) as connection:
        reference = connection.scalar(
            select(models.issue.c.reference).where(models.issue.c.id == issue)
        )
    assert str(reference) in found["clocks_late"].what


def test_calendars_that_end_within_eighteen_months_are_told(
    well: Patient, desk: Desk, clock: VirtualClock
) -> None:
    publication = desk.registry.known
    assert publication is not None
    assert publication.publication is not None
    ends = max(c.known_until for c in publication.publication.file.calendars.values())
    clock.move_to(clock.now().replace(year=ends.year - 1, month=12))
    assert "short_horizon" in _codes(well)


def test_what_was_to_be_reviewed_by_a_day_that_has_passed_is_told_while_it_runs(
    well: Patient, clock: VirtualClock
) -> None:
    assert "review_due" not in _codes(well), "one that has ended needs no review"
    clock.move_to(clock.now().replace(year=2027, month=4, day=1))
    [told] = [each.what for each in diagnosed(well) if each.code == "review_due"]
    assert "agreement ola-rivers (2027-03-31)" in told
    assert "partnering agreement " in told
    assert "ladder " not in told.replace("ladders", "")
    clock.move_to(clock.now().replace(month=7))
    [told] = [each.what for each in diagnosed(well) if each.code == "review_due"]
    assert "ladder ssi-standard (2027-06-30)" in told


def test_what_is_to_be_reviewed_soon_is_told_in_time(well: Patient, clock: VirtualClock) -> None:
    assert "review_soon" not in _codes(well)
    clock.move_to(clock.now().replace(year=2027, month=2, day=1))
    [told] = [each.what for each in diagnosed(well) if each.code == "review_soon"]
    assert "agreement ola-rivers (2027-03-31)" in told


def test_a_sealing_place_that_knows_more_is_unsafe(well: Patient) -> None:
    place = well.sealer.place
    assert place is not None
    place.file.write_text(place.file.read_text().replace('\\"number\\":2', '\\"number\\":9'))
    assert _codes(well) == {"sealing_place"}
    place.file.unlink()
    place.file.mkdir()
    assert _codes(well) == {"sealing_place"}


def test_a_record_that_can_be_changed_is_unsafe(well: Patient, desk: Desk) -> None:
    let_go(desk.engine)
    ailments = [each for each in diagnosed(well) if each.code == "record_changeable"]
    assert {each.grade for each in ailments} == {Grade.UNSAFE}


def test_rows_that_the_program_alone_keeps_apart_are_told(well: Patient, desk: Desk) -> None:
    """On SQLite nothing else could."""
    for table, code in (("theme", "rights_missing"), ("issue", "no_second_wall")):
        if grants.on_server(desk.engine):
            with write(desk.engine) as connection:
                taken = f"REVOKE SELECT ON {table} FROM {wall.ROLE}"  # noqa: S608 - names of our own
                connection.execute(text(taken))
        assert _codes(well) == ({code} if grants.on_server(desk.engine) else set())


def test_a_database_of_another_version_is_all_that_is_told_of_it(well: Patient, desk: Desk) -> None:
    with write(desk.engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert _codes(well) == {"database"}


def test_nothing_in_force_and_dead_letters_are_told(well: Patient, desk: Desk) -> None:
    with write(desk.engine) as connection:
        connection.execute(update(models.epoch).values(current=None, publication=99))
        row = {
            "id": "dlv_1", "endpoint_id": "e", "message_id": "m", "aggregate": "a", "number": 1,
            "type": "ping", "state": "dead", "attempts": 9, "token": 1,
            "created_at": well.clock.now(),
        }  # fmt: skip
        connection.execute(models.delivery.insert().values(**row))
    assert _codes(well) == {"nothing_in_force", "dead_letters"}


def test_tokens_that_are_half_set_up_are_told(well: Patient) -> None:
    assert _codes(replace(well, tokens_lack=["ESCALATION_OIDC_AUDIENCE"])) == {"oidc_half"}
    assert lacking_for_tokens(Settings(_env_file=None)) == []
    begun = Settings(_env_file=None, oidc_roles="ops=operator")
    assert lacking_for_tokens(begun) == ["ESCALATION_OIDC_ISSUER", "ESCALATION_OIDC_AUDIENCE"]
    half = Settings(_env_file=None, oidc_issuer="https://login.example.org")
    assert lacking_for_tokens(half) == ["ESCALATION_OIDC_AUDIENCE"]
    assert tokens_of(half, well.clock) is None


def test_tokens_that_give_nothing_or_too_easily_are_told(well: Patient) -> None:
    def codes(**settings: str) -> set[str]:
        given: dict[str, Any] = {"oidc_issuer": mint.issuer, "oidc_audience": "us", **settings}
        tokens = tokens_of(Settings(_env_file=None, **given), well.clock)
        return _codes(replace(well, tokens=tokens))

    with minting() as mint:
        assert codes() == {"oidc_gives_nothing"}
        assert codes(oidc_person_role="holder") == set()
        assert codes(oidc_roles="ops=operator, nightly=auditor;program") == set()
        assert codes(oidc_roles="chiefs=admin") == {"oidc_single_factor"}
        assert codes(oidc_roles="chiefs=admin", oidc_amr="mfa") == set()
        assert codes(oidc_roles="a=viewer;agency=rivers;forum=bmf-technology") == set()
        assert codes(oidc_roles="a=viewer;agency=rivres") == {"oidc_unknown_code"}
        mint.down = True
        assert codes(oidc_roles="ops=operator") == {"oidc_unreachable"}


def test_a_part_that_tokens_are_for_and_the_directory_does_not_have_is_named(
    well: Patient,
) -> None:
    with minting() as mint:
        given: dict[str, Any] = {"oidc_issuer": mint.issuer, "oidc_audience": "us"}
        roles = "a=viewer;agency=rivres, b=viewer;agency=rivers;function=pay"
        tokens = tokens_of(Settings(_env_file=None, **given, oidc_roles=roles), well.clock)
        told = [
            each.what for each in diagnosed(replace(well, tokens=tokens)) if "oidc" in each.code
        ]
    assert "`a=viewer` is for a part by agency" in told[0]
    assert "the nearest is `rivers`" in told[0]
    assert "`b=viewer` is for a part by function" in told[1]
    assert len(told) == 2
