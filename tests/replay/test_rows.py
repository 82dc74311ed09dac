import gzip
from pathlib import Path

import pytest

from escalation.errors import Invalid
from escalation.services.replay.rows import FAULTS, LogReader, Row
from tests.fakes import utc
from tests.replay.stories import HEADER, PLAIN, plain, row, written


def rows_of(path: Path, text: str = PLAIN) -> dict[str, list[Row]]:
    return LogReader(path, plain(text)).cases()


def refused(path: Path, text: str = PLAIN) -> list[tuple[str | None, str]]:
    with pytest.raises(Invalid) as caught:
        rows_of(path, text)
    return [(fault.file, fault.detail) for fault in caught.value.errors]


def test_rows_come_by_case_in_the_order_of_the_file(tmp_path: Path) -> None:
    log = written(
        tmp_path,
        [
            row("b", "2020-03-02T10:00:00+10:00", "queued"),
            row("a", "2020-03-02 09:00", "working"),
            row("b", "2020-03-02T00:30:00Z", "asking"),
        ],
    )
    found = rows_of(log)
    assert list(found) == ["b", "a"]
    assert [r.at for r in found["b"]] == [utc("2020-03-02 00:00"), utc("2020-03-02 00:30")]
    assert found["a"][0].at == utc("2020-03-01 23:00")  # the mapping's zone, where none is named
    assert (found["b"][1].state, found["b"][1].line, found["b"][1].received) == (None, 4, None)


def test_a_packed_log_and_one_with_a_byte_order_mark_read_alike(tmp_path: Path) -> None:
    log = written(tmp_path, [row("a", "2020-03-02T10:00:00Z", "queued")])
    marked, packed = tmp_path / "marked.csv", tmp_path / "packed.csv.gz"
    marked.write_bytes(b"\xef\xbb\xbf" + log.read_bytes())
    packed.write_bytes(gzip.compress(marked.read_bytes()))
    assert rows_of(log) == rows_of(marked) == rows_of(packed)


def test_times_are_read_in_the_form_that_the_mapping_declares(tmp_path: Path) -> None:
    log = written(tmp_path, ["a,29/2/2016 01:16,28/2/2016 23:00,queued,one,pay,"])
    text = PLAIN.replace("format: iso", 'format: "%d/%m/%Y %H:%M"')
    found = rows_of(log, text)["a"][0]
    assert found.at == utc("2016-02-28 15:16")
    assert found.received == utc("2016-02-28 13:00")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("a,2020-03-02T10:00,?,queued,one,pay", "found 6 fields, expected 7 as in the header"),
        ("a,yesterday,?,queued,one,pay,", "found `yesterday` as `at`, expected a time in the form"),
        ("a,2020-03-02T10:00,soon,queued,one,pay,", "found `soon` as `received`"),
        ("a,2020-03-02T10:00,?,lost,one,pay,", "found the state `lost`, of which plain.yaml:8:3"),
        ("a,2020-03-02T10:00,?,queued,four,pay,", "found the support line `four`, to which plain"),
        ('a,2020-03-02T10:00,?,queued,one,"pay"x,', "found a row that is no CSV"),
    ],
)
def test_a_row_that_cannot_be_read_is_told_with_its_line(
    tmp_path: Path, line: str, told: str
) -> None:
    log = written(tmp_path, [row("a", "2020-03-02T09:00", "queued"), line])
    (place, detail), *others = refused(log)
    assert (place, others) == ("log.csv:3", [])
    assert told in detail


def test_a_byte_of_another_encoding_is_told_with_its_line_and_the_mend(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    good = row("a", "2020-03-02T09:00", "queued")
    log.write_bytes(f"{HEADER}\n{good}\n".encode() + good.replace("pay", "löne").encode("cp1252"))
    [(place, detail)] = refused(log)
    assert place == "log.csv:3"
    assert "found the byte 0xF6, which is not utf-8" in detail
    assert "cp1252" in detail
    assert rows_of(log, PLAIN.replace("source:", "encoding: cp1252\nsource:", 1))["a"]


def test_all_faults_are_told_at_once_up_to_a_number(tmp_path: Path) -> None:
    assert len(refused(written(tmp_path, ["a,b"] * 3))) == 3
    assert len(refused(written(tmp_path, ["a,b"] * (FAULTS + 5)))) == FAULTS


@pytest.mark.parametrize(
    ("content", "told"), [(b"", "no header"), (f"{HEADER}\n".encode(), "no rows")]
)
def test_an_empty_log_is_refused(tmp_path: Path, content: bytes, told: str) -> None:
    log = tmp_path / "log.csv"
    log.write_bytes(content)
    assert told in refused(log)[0][1]


def test_a_packed_log_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    log = tmp_path / "log.csv.gz"
    log.write_bytes(gzip.compress("\n".join([HEADER, "x" * 9_000]).encode())[:-12])
    assert "cut short or damaged" in refused(log)[0][1]


def test_a_log_that_is_not_there_is_told_by_its_path(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"none\.csv cannot be opened"):
        rows_of(tmp_path / "none.csv")
