"""A round trip with Node-RED, a low-code tool by other people, on this machine.

python -m tests.roundtrip.node_red [--keep FOLDER]

A ticket is raised in a flow of Node-RED, which signs and posts it here; the engine climbs it as its
time runs out; the flow hears of it, checks the signature and writes it to the ticket. Node-RED is
installed by npm into a temporary folder, and everything that was started is stopped at the end.
"""

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import sleep
from typing import Any

import httpx

from escalation.client import Client
from escalation.clock import monotonic
from tests.builders import CONFIG
from tests.cli.processes import done, serving

FLOWS = Path(__file__).with_name("flows.json")
VERSION = "node-red@4"
HOOK_SECRET = "low-code-secret"  # noqa: S105 - of this trial alone
PATIENCE = 180.0
TEMPLATE = (
    '{"kind": "template", "system": "generic", "body": '
    '"{\\"ticket\\": {{ refs.generic.id | tojson }}, \\"type\\": {{ type | tojson }},'
    ' \\"text\\": {{ text | tojson }}}"}'
)
TICKET = {
    "title": "Payslip cannot be opened",
    "agency": "rivers",
    "function": "payroll",
    "severity": "high",
}
SETTINGS = """\
module.exports = {{
  uiHost: "127.0.0.1", uiPort: {port}, flowFile: "flows.json", credentialSecret: false,
  functionGlobalContext: {{crypto: require("crypto")}},
  telemetry: {{enabled: false}}, logging: {{console: {{level: "warn"}}}},
}}
"""


def main() -> int:
    """Install, run the story, print what was seen; exit status 1 where it did not come true."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, help="install into this folder, and leave it")
    asked = parser.parse_args()
    with ExitStack() as stack:
        temporary = tempfile.TemporaryDirectory(prefix="escalation-node-red-")
        folder = Path(stack.enter_context(temporary))
        program = _installed(asked.keep or folder / "tool")
        return _story(folder, program)


def _installed(folder: Path) -> Path:
    program = folder / "node_modules" / "node-red" / "red.js"
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("There is no npm on this machine: install Node.js first.")
    if not program.exists():
        folder.mkdir(parents=True, exist_ok=True)
        began = monotonic()
        quiet = ("--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts")
        command = (npm, "install", "--prefix", str(folder), *quiet, VERSION)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - npm, by its path
        _say(f"Node-RED is installed ({monotonic() - began:.0f} s)")
    return program


def _story(folder: Path, program: Path) -> int:
    settings = {"hook_secrets": f"generic={HOOK_SECRET}", "webhook_networks": "127.0.0.0/8"}
    with ExitStack() as stack:
        service = stack.enter_context(serving(folder, "--demo", **settings))
        _publish_a_minute(folder)
        port = _free_port()
        heard = f"http://127.0.0.1:{port}/heard"
        (folder / "format.json").write_text(TEMPLATE, encoding="utf-8")
        added = done(
            folder, "webhooks", "endpoints", "add", heard, "--format", "format.json", **settings
        )
        if added.returncode:
            raise SystemExit(added.stderr)
        secrets = {"OUR_SECRET": added.stdout.strip(), "HOOK_SECRET": HOOK_SECRET}
        client = stack.enter_context(Client(service.address, service.keys[0]))
        tool = stack.enter_context(_node_red(folder, program, port, service.address, secrets))
        return _told(client, tool)


def _told(client: Client, tool: httpx.Client) -> int:
    raised = tool.post("/tickets", json=TICKET).json()
    _say(f"raised in Node-RED as {raised['ticket']}; the hook answered {raised['answered']}")
    ref = f"generic:{raised['ticket']}"
    [issue] = client.issues.list(external_ref=ref)
    _say(f"here it is {issue['reference']} on the rung {issue['rung']['id']}")
    _say(f"the engine is to move it at {issue['due_at']}")
    first = issue["rung"]["id"]
    issue = _until(lambda: client.issues.show(issue), lambda now: now["rung"]["id"] != first)
    _say(f"it has climbed to {issue['rung']['id']} by itself")
    issue = client.issues.act(issue, "acknowledge", note="The pay office has it now.")
    _say(f"somebody takes it up: it is {issue['status']}")

    def there() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = tool.get("/tickets").json()[raised["ticket"]]["told"]
        return found

    told = _until(there, lambda now: {each["type"] for each in now} >= _WANTED)
    for each in told:
        _say(f"Node-RED was told: {each['type']}: {each['text'].splitlines()[0]}")
    types = [each["type"] for each in told]
    again = tool.post("/heard", json={"ticket": raised["ticket"], "type": "x", "text": "forged"})
    _say(f"what is not signed by us is answered {again.status_code} there")
    good = again.status_code == httpx.codes.UNAUTHORIZED
    twice = len({each["event"] for each in told}) != len(told)
    _say("the round trip is whole" if good and not twice else f"it is not whole: {types}")
    return 0 if good and not twice else 1


_WANTED = frozenset({"issue.escalated", "issue.acknowledged"})
"""What the ticket has to have been told; what it said itself is not told to it."""


def _publish_a_minute(folder: Path) -> None:
    """A ladder on which every rung of officers has a minute."""
    text = (CONFIG / "escalation_ladders.yaml").read_text(encoding="utf-8")
    lines = [
        "label: minute-a-rung" if line.startswith("label:") else line for line in text.splitlines()
    ]
    file = folder / "minute.yaml"
    file.write_text("\n".join(_minute(line) for line in lines) + "\n", encoding="utf-8")
    words = ("--mode", "new-only", "--reason", "to watch one climb")
    published = done(folder, "ladders", "publish", str(file), *words)
    if published.returncode:
        raise SystemExit(published.stderr)


def _minute(line: str) -> str:
    head, found, _ = line.partition("target: {")
    return f"{head}target: 1 minute" if found else line


@contextmanager
def _node_red(
    folder: Path, program: Path, port: int, address: str, secrets: dict[str, str]
) -> Iterator[httpx.Client]:
    """Node-RED with our flows, once it answers; ended with the block."""
    home = folder / "flows"
    home.mkdir()
    shutil.copyfile(FLOWS, home / "flows.json")
    (home / "settings.js").write_text(SETTINGS.format(port=port), encoding="utf-8")
    node = shutil.which("node") or "node"
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}  # noqa: TID251 - Node's own
    command = [node, str(program), "--userDir", str(home)]
    process = subprocess.Popen(  # noqa: S603 - node, by its path
        command, env={**kept, **secrets, "ESCALATION": address}, cwd=home, start_new_session=True
    )
    tool = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False)
    try:
        _until(lambda: _answers(tool), bool)
        yield tool
    finally:
        tool.close()
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def _answers(tool: httpx.Client) -> bool:
    try:
        return tool.get("/tickets").is_success
    except httpx.HTTPError:
        return False


def _until(look: Callable[[], Any], good: Callable[[Any], bool]) -> Any:
    until = monotonic() + PATIENCE
    while not good(found := look()):
        if monotonic() > until:
            raise SystemExit(f"It never came to that; it is still {found!r:.500}")
        sleep(0.5)
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
        return found


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - a command


if __name__ == "__main__":
    sys.exit(main())
