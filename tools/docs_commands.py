"""The page of the documentation that lists every command, made from the commands themselves."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Any, get_args

from typer.main import get_command

from escalation.cli.app import app

_PAGE = """\
# Commands

<!-- Made from src/escalation/cli by tools/docs.py; change it there. -->

`escalation COMMAND`, or `python -m escalation COMMAND`. Every command has `--help`. Where it prints
a result, `--json` prints it for machines, with times in UTC; without it, times are those of the
issue's own calendar, with the zone named. Results go to standard output, everything else to
standard error. `NO_COLOR` is honoured, and what to set is in [settings](settings.md).

| exit status | means |
|---|---|
| 0 | it is done |
| 1 | it failed, and says why |
| 2 | it was used wrongly |
"""


def commands() -> str:
    """The page."""
    return "\n".join([_PAGE, *_group(get_command(app), "escalation")])


def _group(group: Any, name: str) -> Iterator[str]:  # noqa: ANN401 - typer keeps its classes to itself
    for word, command in group.commands.items():
        full = f"{name} {word}"
        if hasattr(command, "commands"):
            yield f"## {full}\n"
            yield f"{_paragraphs(command.help)[0]}\n"
            yield from _group(command, full)
        else:
            level = "##" if name == "escalation" else "###"
            yield from _command(command, full, level)


def _command(command: Any, name: str, level: str) -> Iterator[str]:  # noqa: ANN401 - as above
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    options = [each for each in command.params if each.param_type_name == "option"]
    usage = " ".join([name, *(_placed(each) for each in arguments)])
    yield f"{level} {name}\n"
    for paragraph in _paragraphs(command.help):
        example = paragraph.removeprefix("Example: ")
        yield f"{paragraph}\n" if example == paragraph else f"```console\n$ {example}\n```\n"
    yield f"Usage: `{usage}{' [OPTIONS]' if options else ''}`\n"
    rows = [*(_argument(each) for each in arguments), *(_option(each) for each in options)]
    if rows:
        yield "\n".join(["| | |", "|---|---|", *rows, ""])


def _paragraphs(text: str | None) -> list[str]:
    parts = re.split(r"\n\s*\n", (text or "").strip())
    return [" ".join(part.split()) for part in parts]


def _placed(argument: Any) -> str:  # noqa: ANN401 - as above
    word = _word(argument)
    return word if argument.required else f"[{word}]"


def _word(argument: Any) -> str:  # noqa: ANN401 - as above
    word: str = argument.metavar or argument.name.upper()
    return word.removeprefix("[").removesuffix("]")


def _choices(annotation: object) -> list[str]:
    """The words of the vocabulary that a parameter takes, if it takes one."""
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return [word.value for word in annotation]
    return [word for inner in get_args(annotation) for word in _choices(inner)]


def _argument(argument: Any) -> str:  # noqa: ANN401 - as above
    said = [argument.help or ""]
    if words := _choices(argument.type_descriptor.annotation):
        said.append("One of " + ", ".join(f"`{word}`" for word in words) + ".")
    return f"| `{_word(argument)}` | {' '.join(said)} |"


def _option(option: Any) -> str:  # noqa: ANN401 - as above
    words = ", ".join(f"`{word}`" for word in (*option.opts, *option.secondary_opts))
    said = [option.help or ""]
    if words_of := _choices(option.type_descriptor.annotation):
        said.append("One of " + ", ".join(f"`{word}`" for word in words_of) + ".")
    if option.required:
        said.append("Needed.")
    return f"| {words} | {' '.join(said)} |"
