"""How this process logs: one line each on standard error, for machines or for people."""

import logging
import sys
from typing import Literal, TextIO

import structlog
from rich.console import Console

CHATTY = ("uvicorn", "uvicorn.error", "uvicorn.access", "alembic", "httpx", "httpcore")
"""Libraries of which only warnings are worth a line."""


class _Stderr(logging.StreamHandler[TextIO]):
    """Writes to whatever standard error is at that moment."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:
        """Standard error as it is now."""
        return sys.stderr

    @stream.setter
    def stream(self, value: TextIO) -> None:
        """What the base class would like to set does not matter here."""


def configure(form: Literal["json", "console"], level: str) -> None:
    """Log from ``level`` up, the product's lines and those of libraries in one form."""
    before: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level)),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = _Stderr()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_rendering(form),
            ],
        )
    )
    root = logging.getLogger()
    for old in [old for old in root.handlers if isinstance(old, _Stderr)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    for name in CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, getattr(logging, level)))


def _rendering(form: Literal["json", "console"]) -> list[structlog.typing.Processor]:
    if form == "json":
        return [
            structlog.processors.dict_tracebacks,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    screen = Console(stderr=True)
    return [
        structlog.dev.ConsoleRenderer(
            colors=screen.is_terminal and not screen.no_color,
            exception_formatter=structlog.dev.plain_traceback,
        )
    ]
