"""Seals: each entry once, one sealer at a time, signed by a key that follows from the first."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, text

from escalation.errors import Broken
from escalation.services.record.place import Place
from escalation.services.secrets import Vault
from escalation.store import auditing, models, seals
from escalation.store.transaction import read, write
from tests.builders import CLERK, desk_on
from tests.record.recorded import an_issue, noted, sealer_of, verifier_of


def test_what_was_recorded_is_sealed_once_and_verifies(furnished_url: str, tmp_path: Path) -> None:
    place = tmp_path / "seals"
    place.mkdir()
    with desk_on(furnished_url) as desk:
        sealer, verifier = sealer_of(desk, place), verifier_of(desk, place)
        issue = an_issue(desk)
        assert verifier.all().ok  # nothing is sealed yet
        first = sealer.seal()
        assert first > 4
        noted(desk, issue)
        assert sealer.seal() == 2  # the note, and that a key was made
        assert sealer.seal() == 0
        report = verifier.all()
        assert (report.ok, report.complete, report.seals) == (True, True, 2)
        assert report.entries == first + 2
        with read(desk.engine) as connection:
            assert auditing.counts(connection) == (report.entries, report.entries, 0)
            assert Place.at(place).last() == seals.last(connection)


def test_a_chain_is_sealed_from_where_the_last_seal_left_it(furnished_url: str) -> None:
    with desk_on(furnished_url) as desk:
        sealer = sealer_of(desk)
        issues = [an_issue(desk) for _ in range(3)]
        while sealer.seal(limit=2):  # chains come whole, so that none is torn
            pass
        noted(desk, issues[0])
        sealer.seal()
        assert verifier_of(desk).all().ok
        assert verifier_of(desk).issue(issues[0]).seals == 2
        assert verifier_of(desk).all(since=1).ok


def test_two_who_seal_at_once_make_one_line_of_seals(furnished_url: str, tmp_path: Path) -> None:
    with desk_on(furnished_url) as desk:
        for _ in range(6):
            an_issue(desk)
        sealers = [sealer_of(desk, tmp_path / "seals.jsonl") for _ in range(4)]
        with ThreadPoolExecutor(4) as pool:
            for _ in range(4):
                list(pool.map(lambda sealer: sealer.seal(limit=3), sealers))
        while sealers[0].seal():
            pass
        sealers[0].hand_out()
        report = verifier_of(desk, tmp_path / "seals.jsonl").all()
        assert report.findings == []
        assert report.notes == []


@pytest.mark.postgres
def test_a_seal_waits_for_who_began_to_record_before(furnished_postgres_url: str) -> None:
    with desk_on(furnished_postgres_url) as desk, desk_on(furnished_postgres_url) as other:
        an_issue(desk)
        with ThreadPoolExecutor(1) as pool:
            with write(other.engine) as connection:
                connection.execute(text("SELECT pg_current_xact_id()"))
                sealing = pool.submit(sealer_of(desk).seal)
                with pytest.raises(TimeoutError):
                    sealing.result(0.3)
            assert sealing.result(30) > 0


def test_a_new_key_is_signed_by_the_one_before(furnished_url: str) -> None:
    with desk_on(furnished_url) as desk:
        sealer = sealer_of(desk)
        issue = an_issue(desk)
        sealer.seal()
        made = sealer.rotate(CLERK)
        noted(desk, issue)
        sealer.seal()
        with read(desk.engine) as connection:
            first, second = seals.keys(connection)
            newest = seals.last(connection)
        assert (first.secret, second.public) == (None, made.public)
        assert newest is not None
        assert json.loads(newest.statement)["key"] == made.public
        assert verifier_of(desk).all().ok


def test_the_private_key_is_nowhere_in_the_database(furnished_url: str) -> None:
    with desk_on(furnished_url) as desk:
        sealer = sealer_of(desk)
        issue = an_issue(desk)
        sealer.seal()
        with read(desk.engine) as connection:
            [key] = seals.keys(connection)
            assert key.secret is not None
            secret = sealer.vault.open(key.secret)
            kept = connection.execute(select(models.event.c.payload)).scalars().all()
        assert secret not in key.secret
        assert not [payload for payload in kept if secret in payload]
        stranger = replace(sealer, vault=Vault(lambda: [b"x" * 32]))
        noted(desk, issue)
        with pytest.raises(Broken, match="master key"):
            stranger.seal()


def test_a_place_that_was_out_of_reach_gets_what_it_missed(
    furnished_url: str, tmp_path: Path
) -> None:
    place = tmp_path / "away" / "seals.jsonl"
    with desk_on(furnished_url) as desk:
        issue = an_issue(desk)
        sealer_of(desk).seal()
        assert verifier_of(desk, place).all().notes  # behind, which is no fault
        (tmp_path / "away").write_text("a file where a folder should be")
        noted(desk, issue)
        with pytest.raises(Broken, match="out of reach"):
            sealer_of(desk, place).seal()
        (tmp_path / "away").unlink()
        assert sealer_of(desk, place).hand_out() == 2
        assert [seal.number for seal in Place(place).seals()] == [1, 2]
        assert verifier_of(desk, place).all().notes == []


def test_a_line_that_a_crash_cut_short_is_written_again(furnished_url: str, tmp_path: Path) -> None:
    place = tmp_path / "seals.jsonl"
    with desk_on(furnished_url) as desk:
        issue = an_issue(desk)
        sealer_of(desk, place).seal()
        noted(desk, issue)
        sealer_of(desk, place).seal()
        whole = place.read_bytes()
        for cut in (1, 50, len(whole.splitlines()[1])):
            place.write_bytes(whole[:-cut])
            sealer_of(desk, place).hand_out()
            assert [seal.number for seal in Place(place).seals()] == [1, 2]
            assert verifier_of(desk, place).all().ok


def test_nothing_is_written_to_a_place_that_knows_more(furnished_url: str, tmp_path: Path) -> None:
    place = tmp_path / "seals.jsonl"
    with desk_on(furnished_url) as desk:
        an_issue(desk)
        sealer_of(desk, place).seal()
        ahead = place.read_text().replace('\\"number\\":1', '\\"number\\":7')
        place.write_text(ahead)
        with pytest.raises(Broken, match="After restoring a backup"):
            sealer_of(desk, place).hand_out()
        assert place.read_text() == ahead
