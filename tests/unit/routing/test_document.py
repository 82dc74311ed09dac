import pytest

from escalation.errors import TooLarge
from escalation.routing.document import DEPTH, Document, read, scalar

LARGEST = 256 * 1024


def document(source: str | bytes) -> Document:
    return read(source, "f.yaml", LARGEST)


def faults(source: str | bytes) -> list[tuple[str | None, str]]:
    return [(fault.file, fault.code) for fault in document(source).faults]


@pytest.mark.parametrize(
    ("source", "where", "code"),
    [
        ("a: &x 1", "f.yaml:1:4", "yaml_anchor"),
        ("a: 1\nb: *x", "f.yaml:2:4", "yaml_alias"),
        ("a: !!str 1", "f.yaml:1:4", "yaml_tag"),
        ("a: !!python/object/apply:os.system [ls]", "f.yaml:1:4", "yaml_tag"),
        ("a: ! b", "f.yaml:1:4", "yaml_tag"),
        ("a: 1\na: 2", "f.yaml:2:1", "duplicate_key"),
        ("a: {b: 1, b: [2]}", "f.yaml:1:11", "duplicate_key"),
        ("{a: 1}: 2", "f.yaml:1:1", "yaml_key"),
        ("? [a]\n: 2", "f.yaml:1:3", "yaml_key"),
        ("*x : 2", "f.yaml:1:1", "yaml_key"),
        ("&x a: 2", "f.yaml:1:1", "yaml_key"),
        ("!t a: 2", "f.yaml:1:1", "yaml_key"),
        ("a: {<<: {b: 1}}", "f.yaml:1:5", "yaml_merge"),
        ("a: 1\n---\nb: 2", "f.yaml:2:1", "yaml_documents"),
        ("a: 1\n...\nb: 2", "f.yaml:3:1", "yaml_documents"),
        ("%YAML 1.1\n---\na: no", "f.yaml:2:1", "yaml_directive"),
        ("%TAG ! x:\n---\na: 1", "f.yaml:2:1", "yaml_directive"),
        ("%YAML 9.9\n---\na: 1", "f.yaml:1:1", "yaml_syntax"),
        ("a: b: c", "f.yaml:1:5", "yaml_syntax"),
        ('a: "x', "f.yaml:1:6", "yaml_syntax"),
        ("\ta: 1", "f.yaml:1:1", "yaml_syntax"),
        ("ok: 1\na: [1, 2", "f.yaml:2:9", "yaml_syntax"),
        ('ok: 1\na: "x\\UFFFFFFFF"', "f.yaml:2:6", "yaml_syntax"),
        ('a: "\\U00110000"', "f.yaml:1:5", "yaml_syntax"),
        ('a: "\\0"', "f.yaml:1:4", "yaml_text"),
        ('a: "\\ud800"', "f.yaml:1:4", "yaml_text"),
        ('"\\e": 1', "f.yaml:1:1", "yaml_text"),
        ("a: 1\nb: \0", "f.yaml:2:4", "yaml_text"),
        ("\ufeffa: 1", "f.yaml:1:1", "yaml_text"),
        ("a: \ud800", "f.yaml:1:4", "yaml_text"),
        ("a: 1\nb: x\u2028y", "f.yaml:2:5", "yaml_text"),
        ("a: \u202eevil", "f.yaml:1:4", "yaml_text"),
        ('a: "\\u2066x"', "f.yaml:1:4", "yaml_text"),
        (b"\xef\xbb\xbfa: 1", "f.yaml:1:1", "yaml_text"),
        ("a: 1".encode("utf-16"), "f.yaml:1:1", "yaml_text"),
        ("a: 1".encode("utf-16-le"), "f.yaml:1:2", "yaml_text"),
        ("a: é".encode("latin-1"), "f.yaml:1:4", "yaml_text"),
    ],
)
def test_what_is_more_than_plain_yaml_is_refused_at_its_place(
    source: str | bytes, where: str, code: str
) -> None:
    assert (where, code) in faults(source)


@pytest.mark.parametrize(
    "bomb",
    [
        "[" * 40_000,
        "{" * 40_000,
        "- " * 20_000,
        "? " * 20_000,
        "{? " * 10_000,
        "[a," * 20_000,
        "\n".join(" " * level + "a:" for level in range(400)),
    ],
)
def test_a_document_that_is_too_deep_is_refused(bomb: str) -> None:
    with pytest.raises(TooLarge) as caught:
        document(bomb)
    assert caught.value.errors[0].code == "too_deep"


def test_a_merge_bomb_is_refused_without_being_spread_out() -> None:
    lines = ["a0: &a0 {x0: 1}"]
    lines += [
        f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}], x{n}: 1}}" for n in range(1, 40)
    ]
    codes = {code for _, code in faults("\n".join(lines))}
    assert codes == {"yaml_anchor", "yaml_alias", "yaml_merge"}


def test_an_alias_bomb_is_refused_without_being_spread_out() -> None:
    lines = ["a0: &a0 [x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]
    assert {code for _, code in faults("\n".join(lines))} == {"yaml_anchor", "yaml_alias"}


def test_a_list_that_holds_itself_is_refused() -> None:
    assert [code for _, code in faults("&a [*a]")] == ["yaml_anchor", "yaml_alias"]


@pytest.mark.parametrize(
    "source", ["x" * (LARGEST + 1), b"x" * (LARGEST + 1), "é" * (LARGEST // 2 + 1)]
)
def test_size_is_bounded_in_bytes_before_anything_is_read(source: str | bytes) -> None:
    with pytest.raises(TooLarge) as caught:
        document(source)
    assert caught.value.errors[0].file == "f.yaml:1:1"


def test_nesting_is_taken_up_to_the_bound() -> None:
    deepest = "[" * DEPTH + "]" * DEPTH
    assert document(deepest).faults == []
    with pytest.raises(TooLarge):
        document(f"a: {deepest}")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("NO", "NO"),
        ("true", True),
        ("False", False),
        ("", None),
        ("~", None),
        ("null", None),
        ("0", 0),
        ("-12", -12),
        ("12", 12),
        ("010", "010"),
        ("0o17", "0o17"),
        ("0x1F", "0x1F"),
        ("0b1", "0b1"),
        ("1_000", "1_000"),
        ("17:00", "17:00"),
        ("12:30:00", "12:30:00"),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1.5e3", 1500.0),
        ("1e3", "1e3"),
        (".inf", ".inf"),
        ("2026-11-22", "2026-11-22"),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_plain_scalars_mean_what_yaml_1_2_says_or_stay_text(written: str, meant: object) -> None:
    found = scalar(written)
    assert found == meant
    assert type(found) is type(meant)


def test_quoted_scalars_are_always_text() -> None:
    assert document("a: '1'\nb: \"true\"\nc: |\n  null\n").data == {
        "a": "1",
        "b": "true",
        "c": "null\n",
    }


def test_keys_are_the_words_that_were_written() -> None:
    assert document("no: 1\n010: 2\n2026-01-01: 3").data == {"no": 1, "010": 2, "2026-01-01": 3}


def test_every_key_and_value_has_its_place() -> None:
    positions = document("a:\n  - b: 1\n    c: [x,  y]\n").positions
    assert positions.key(("a", 0, "c")) == (3, 5)
    assert positions.value(("a", 0, "c")) == (3, 8)
    assert positions.value(("a", 0, "c", 1)) == (3, 13)
    assert positions.key(("a", 0)) == (2, 5)
    assert positions.line(("a", 0, "c", "deeper", 2)) == 3
    assert positions.value(("nowhere",)) == (1, 1)
    assert positions.line(()) == 1


def test_all_faults_of_form_are_told_together() -> None:
    source = "a: &x 1\nb: *x\nc: !t 2\nc: 3\nd: {<<: {e: &y 1}}\n"
    assert [where for where, _ in faults(source)] == [
        "f.yaml:1:4",
        "f.yaml:2:4",
        "f.yaml:3:4",
        "f.yaml:4:1",
        "f.yaml:5:5",
        "f.yaml:5:13",
    ]


def test_the_first_of_two_equal_keys_is_kept() -> None:
    assert document("a: 1\na: 2").data == {"a": 1}


def test_a_document_may_begin_with_its_mark_and_be_empty() -> None:
    assert document("---\na: 1\n").faults == []
    assert document("# nothing\n") == document("# nothing\n")
    assert document("").data is None
