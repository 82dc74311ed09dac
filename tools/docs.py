"""Write what is made from the code: files' schemas, documentation, and what the client knows.

A test finds a stale one.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from escalation import settings
from escalation.api import app, codes
from escalation.digests import dictionary
from escalation.routing.directory_file import DirectoryFile
from escalation.routing.ladder import LadderFile
from escalation.routing.retention import Schedule
from escalation.routing.surveys import SurveyFile
from escalation.services.inbound.source_file import SourceFile
from tools import client_shapes, docs_commands, docs_workflow

ROOT = Path(__file__).resolve().parents[1]

PAGES: Mapping[str, Callable[[], str]] = {
    "config/directory.schema.json": DirectoryFile.published,
    "config/escalation_ladders.schema.json": LadderFile.published,
    "config/retention.schema.json": Schedule.published,
    "config/surveys.schema.json": SurveyFile.published,
    "config/webhook_sources.schema.json": SourceFile.published,
    "docs/commands.md": docs_commands.commands,
    "docs/errors.md": codes.document,
    "docs/events.md": docs_workflow.events,
    "docs/measures.md": dictionary.document,
    "docs/openapi.json": app.described,
    "docs/settings.md": settings.document,
    "docs/state-machine.md": docs_workflow.state_machine,
    **client_shapes.MODULES,
}


def main() -> None:
    """Write each page, and say which."""
    for name, make in PAGES.items():
        path = ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(make(), encoding="utf-8")
        print(name)


if __name__ == "__main__":
    main()
