"""The formula of a measure as a reader of a paper has it: titles in the place of identifiers."""

import re

from escalation.digests.dictionary import DICTIONARY

_NAME = re.compile(r"`([a-z_]+)`")


def in_words(formula: str) -> str:
    """Each measure by its title, in quotation marks; a state or a clock by its word."""
    return _NAME.sub(_named, formula)


def _named(found: re.Match[str]) -> str:
    name = found[1]
    measure = DICTIONARY.get(name)
    if measure is None:
        return name.replace("_", " ")
    return f"\N{LEFT DOUBLE QUOTATION MARK}{measure.title}\N{RIGHT DOUBLE QUOTATION MARK}"
