import pytest

from escalation.errors import Invalid
from escalation.routing.directory import Directory
from escalation.services.replay.mapping import LogMapping
from tests.replay.stories import CONFIG, NAMES, PLAIN, plain, shipped


def directory() -> Directory:
    path = CONFIG / "directory.yaml"
    return Directory.read(path.read_bytes(), path.name)


def faults(text: str) -> list[str]:
    with pytest.raises(Invalid) as caught:
        plain(text)
    return [f"{fault.file} {fault.detail}" for fault in caught.value.errors]


@pytest.mark.parametrize("name", NAMES)
def test_each_shipped_mapping_is_read_and_names_codes_of_the_directory(name: str) -> None:
    mapping = shipped(name)
    mapping.check_codes(directory())
    assert mapping.file.state.waits


@pytest.mark.parametrize(
    ("found", "instead", "told"),
    [
        ("title: A", "titel: A", "plain.yaml:1:1 found `titel`"),
        ("working: working", "working: workin", "plain.yaml:8:37 found `workin`, expected"),
        ("awaiting: raiser", "awaiting: raisr", "plain.yaml:11:24 found `raisr`, expected"),
        ("until: 2 business days", "until: 2 bd", "found `2 bd`"),
        ("zone: Australia/Brisbane", "zone: Brisbane", "plain.yaml:5:27 found `Brisbane`"),
        ("one: 1", "one: 0", "plain.yaml:13:36 found `0`, expected a number of at least 1"),
        (
            "spread: [payroll, finance]",
            "spread: [payroll], otherwise: finance",
            "expected either `spread` or `otherwise`, not both",
        ),
        ("agency: {otherwise: rivers}", "agency: {}", "expected a `column`, or `otherwise` alone"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_was_expected(
    found: str, instead: str, told: str
) -> None:
    assert told in " | ".join(faults(PLAIN.replace(found, instead, 1)))


def test_a_code_that_the_directory_does_not_have_is_told_with_the_nearest() -> None:
    text = PLAIN.replace("otherwise: rivers", "otherwise: river").replace(
        "pay: payroll", "pay: pay"
    )
    text = text.replace("  system: plain", "  system: plain\n  provider: meridan")
    text = text.replace("outcome:", "  region: {otherwise: far-nort}\noutcome:", 1)
    with pytest.raises(Invalid) as caught:
        plain(text).check_codes(directory())
    told = " | ".join(fault.detail for fault in caught.value.errors)
    for word, nearest in (
        ("river", "rivers"),
        ("pay", "payroll"),
        ("far-nort", "far-north"),
        ("meridan", "meridian"),
    ):
        assert f"found `{word}`" in told
        assert f"the nearest is `{nearest}`" in told


def test_a_column_that_the_log_does_not_have_is_told_at_the_mapping() -> None:
    with pytest.raises(Invalid) as caught:
        plain().check_header(["case", "at", "received", "stat", "line", "severity"], "log.csv")
    told = {fault.file: fault.detail for fault in caught.value.errors}
    assert "the nearest is `stat`" in told["plain.yaml:7:13"]
    assert set(told) == {"plain.yaml:7:13", "plain.yaml:17:10", "plain.yaml:22:22"}


def test_a_support_line_is_ranked_by_its_word_its_ending_or_as_all_others() -> None:
    text = PLAIN.replace("ranks: {one: 1, two: 2, three: 3}", 'ends: {" 2nd": 2}, otherwise: 1')
    moves = LogMapping.read(text, "plain.yaml").file.moves
    assert moves is not None
    assert (moves.rank("A2 2nd"), moves.rank("A2"), moves.directed) == (2, 1, True)
