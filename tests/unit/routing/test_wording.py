from escalation.routing.wording import nearest, not_among, one_of, quoted, the_nearest


def test_a_long_word_is_cut() -> None:
    assert quoted("x" * 200) == f"`{'x' * 80}...`"
    assert quoted("a\n b") == "`a b`"


def test_choices_are_told_as_a_phrase() -> None:
    assert one_of([]) == "nothing, for none is defined"
    assert one_of(["a"]) == "`a`"
    assert one_of(["a", "b", "c"]) == "`a`, `b` or `c`"
    assert one_of(map(str, range(20))).endswith("`11` ... (20 in all)")


def test_the_nearest_word_is_found_whatever_its_case() -> None:
    assert nearest("Medum", ["low", "medium"]) == "medium"
    assert nearest("qqq", ["low", "medium"]) is None
    assert the_nearest("qqq", ["low"]) == ""


def test_a_word_that_is_none_of_the_choices_is_told_whole() -> None:
    said = not_among("hihg", ["high", "low"])
    assert said == "found `hihg`, expected `high` or `low`; the nearest is `high`"
