"""``escalation measures``: what each figure of a report means."""

from escalation.cli.groups import group
from escalation.cli.screen import AsJson, say_json, table
from escalation.digests.dictionary import DICTIONARY

app = group("Tell what each figure of a report means.\n\nExample: escalation measures list")


@app.command("list")
def list_(*, as_json: AsJson = False) -> None:
    """List the measures: id, unit, and how each is worked out.

    Example: escalation measures list --json
    """
    if as_json:
        say_json([measure.told() for measure in DICTIONARY.values()])
        return
    rows = [(each.id, each.title, each.unit.value, each.formula) for each in DICTIONARY.values()]
    table(None, ("Measure", "Title", "Unit", "Formula"), rows)
