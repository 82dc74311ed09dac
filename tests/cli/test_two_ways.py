"""Commands with ``--server`` print what they print at the database itself."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import Result

from tests.builders import CONFIG
from tests.cli.conftest import Run
from tests.cli.processes import Running, serving
from tests.cli.test_help import EVERY
from tests.cli.test_surveys import HEAD

LOG = ("title=The pay is late", "agency=rivers", "provider=meridian", "function=payroll")
FORUM = "bmf-southern-cross"
SERVED = {
    *(f"issues {word}" for word in ("list", "show", "log", "act")),
    *(
        f"{register} {word}"
        for register in ("contacts", "feedback")
        for word in ("record", "list", "show", "answer", "raise")
    ),
    "feedback acknowledge",
    *(f"meetings {word}" for word in ("list", "show", "agenda", "minutes", "plan")),
    *("meetings " + word for word in ("table", "attend", "recuse", "decide", "defer", "note")),
    *("meetings " + word for word in ("note-not-reached", "withdraw", "close", "cancel", "move")),
    "meetings confirm-minutes",
    *(f"actions {word}" for word in ("list", "show", "done", "reopen", "change")),
    *(f"themes {word}" for word in ("list", "show", "record", "change", "suggest")),
    "learnings list",
    *(f"forums {word}" for word in ("list", "show", "feed show", "feed add", "feed list")),
    "forums feed revoke",
    "forums decisions",
    *(f"reports {word}" for word in ("outcomes", "training")),
    *(f"surveys {word}" for word in ("list", "rounds", "invitations", "import")),
    "digests build",
    "digests show",
    *(f"keys {word}" for word in ("create", "rotate", "list", "revoke")),
    *(f"webhooks {word}" for word in ("deliveries", "delivery", "redeliver", "drop")),
    *(f"webhooks {word}" for word in ("inbox", "replay")),
    *(f"webhooks endpoints {word}" for word in ("list", "add", "show", "change", "rotate")),
    *(f"webhooks endpoints {word}" for word in ("disable", "drain", "enable", "remove", "ping")),
}
Both = Callable[..., Result]


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Path]]:
    """A service with the demonstration's data, in a process of its own, and its folder."""
    folder = tmp_path_factory.mktemp("there")
    with serving(folder, "--demo", "--no-worker") as found:
        (folder / "key").write_text(found.keys[0] + "\n")
        yield found, folder


@pytest.fixture
def far(run: Run, there: tuple[Running, Path]) -> Run:
    """Runs a command with ``--server``."""
    service, folder = there
    return lambda *words: run(
        *words, "--server", service.address, "--key-file", str(folder / "key")
    )


@pytest.fixture
def near(run: Run, there: tuple[Running, Path], tmp_path: Path) -> Run:
    """Runs a command at the same database, beside the same files."""
    (tmp_path / "config").symlink_to(CONFIG)
    return lambda *words: run(*words, database=f"sqlite:///{there[1]}/var/escalation.db")


def same(near: Result, far: Result) -> None:
    """What both said, but for who said it, the names of what they made, and the passing time."""
    assert near.exit_code == far.exit_code, far.output
    for one, other in ((near.stdout, far.stdout), (near.stderr, far.stderr)):
        assert told(one).splitlines() == told(other).splitlines()


def told(text: str) -> str:
    text = re.sub(r"\b([a-z]{3})_[0-9a-z]{26,28}\b", r"\1_...", text)
    text = re.sub(r"\b([A-Z]{3}-\d{4})-\d{4,6}\b", r"\1-...", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "at", text)
    text = re.sub(r"[A-Z][a-z]{2} \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d", "at", text)
    text = re.sub(
        r'"(remaining_seconds|budget_seconds|content_hash|hash)": (null|-?\d+|"\w+")',
        r'"\1": ...',
        text,
    )
    text = re.sub(r"\b(\d+ h )?\d+ min\b", "so long", text)
    text = re.sub(r"\b[0-9a-f]{64}\b", "hash", text)
    text = re.sub(r"[\w.-]+ at the command line|first key", "somebody", text)
    text = text.replace('"code": "other"', '"code": "first"')
    return re.sub(r" +", " ", text)


def test_the_commands_that_take_a_server_are_these() -> None:
    taking = {
        " ".join(words)
        for words, command in EVERY.items()
        if any("--server" in parameter.opts for parameter in command.params)
    }
    assert taking == SERVED


@pytest.mark.parametrize("as_json", [(), ("--json",)], ids=["people", "machines"])
def test_what_is_read_is_printed_alike(near: Run, far: Run, as_json: tuple[str, ...]) -> None:
    [first, *_] = json.loads(near("issues", "list", "--json").stdout)["data"]
    [theme, *_] = json.loads(near("themes", "list", "--json").stdout)["data"]
    [meeting, *_] = json.loads(near("meetings", "list", FORUM, "--json").stdout)["data"]
    for words in (
        ("issues", "list"),
        ("issues", "list", "--limit", "3", "--sort", "-created_at", "--in-time"),
        ("issues", "list", "--status", "open", "--status", "on_hold", "--agency", "rivers"),
        ("issues", "list", "-q", "pay", "--severity", "high"),
        ("issues", "show", first["reference"]),
        ("issues", "show", first["id"], "--history"),
        ("actions", "list", "--open", "--forum", FORUM),
        ("actions", "show", "act_none"),
        ("actions", "done", "act_none", "--note", "x"),
        ("actions", "change", "act_none", "kind=training"),
        ("themes", "list", "--since", "2026-01-01T00:00:00+10:00"),
        ("themes", "show", theme["code"]),
        ("themes", "suggest"),
        ("learnings", "list", "-q", "pay", "--not-shared"),
        ("forums", "list"),
        ("forums", "show", FORUM),
        ("forums", "show", "no-such-forum"),
        ("forums", "decisions", FORUM, "--year", "2026"),
        ("forums", "feed", "list", FORUM),
        ("reports", "outcomes", "--since", "2026-01-01T00:00:00+10:00"),
        ("reports", "training", "--plan", "x"),
        ("surveys", "list"),
        ("surveys", "rounds"),
        ("surveys", "invitations", "--not-answered"),
        ("contacts", "list"),
        ("feedback", "list", "--not-raised"),
        ("meetings", "list", FORUM),
        ("meetings", "list", FORUM, "--past"),
        ("meetings", "show", meeting["id"]),
        ("meetings", "agenda", meeting["id"]),
        ("meetings", "minutes", meeting["id"], "--format", "html"),
    ):
        same(near(*words, *as_json), far(*words, *as_json))


def test_a_register_is_taken_away_alike(near: Run, far: Run, tmp_path: Path) -> None:
    for words in (("actions", "list", "--open"), ("forums", "decisions", FORUM)):
        files = []
        for number, run in enumerate((near, far)):
            out = tmp_path / f"{number}.csv"
            answer = run(*words, "--limit", "1", "--format", "csv", "--out", str(out))
            assert answer.exit_code == 0, answer.output
            lines = out.read_text("utf-8-sig").splitlines()
            files.append([line for line in lines if '"As at"' not in line])
            assert run(*words, "--format", "xlsx").exit_code == 1, "not onto a screen"
            book = tmp_path / "book.xlsx"
            assert run(*words, "--format", "xlsx", "--out", str(book)).exit_code == 0
            assert book.read_bytes().startswith(b"PK")
        assert files[0] == files[1]
        assert len(files[0]) > 3


def test_a_calendar_and_what_opens_it_are_alike(
    near: Run, far: Run, there: tuple[Running, Path]
) -> None:
    at = ("--address", there[0].address)
    shown = [near("forums", "feed", "show", FORUM, *at), far("forums", "feed", "show", FORUM)]
    assert shown[0].stdout == shown[1].stdout
    assert shown[0].stdout.startswith("BEGIN:VCALENDAR")
    assert far("forums", "feed", "show", FORUM, *at).exit_code == 1
    made = [
        json.loads(run("forums", "feed", "add", FORUM, "--name", "Ruth", "--json").stdout)
        for run in (near, far)
    ]
    assert made[0].keys() == made[1].keys()
    revoked = [
        run("forums", "feed", "revoke", FORUM, each["id"])
        for run, each in zip((near, far), made, strict=True)
    ]
    same(*revoked)


def test_answers_of_a_survey_are_brought_in_alike(near: Run, far: Run, tmp_path: Path) -> None:
    file, into = tmp_path / "answers.csv", ("--survey", "client-yearly", "--period", "2024")
    done = []
    for who, run in (("r1", near), ("r2", far)):
        file.write_text(f"{HEAD}\n{who},2026-02-10,meridian,rivers,,,,,5,4,Well done\n")
        done.append(run("surveys", "import", str(file), *into))
    same(*done)
    file.write_text(f"{HEAD}\nr1,2026-02-30,meridian,rivers,,,,,5,4,\n")
    same(near("surveys", "import", str(file), *into), far("surveys", "import", str(file), *into))


@pytest.mark.parametrize("as_json", [(), ("--json",)], ids=["people", "machines"])
def test_what_is_done_is_printed_alike(near: Run, far: Run, as_json: tuple[str, ...]) -> None:
    made = [json.loads(run("issues", "log", *LOG, "--json").stdout) for run in (near, far)]
    for words in (
        ("issues", "log", *LOG, "raiser.type=staff", "raiser.name=Ana"),
        ("contacts", "record", "party=rivers", "text=Where is my payslip?", "channel=phone"),
        ("feedback", "record", "kind=compliment", "party=meridian", "text=That was quick"),
    ):
        same(near(*words, *as_json), far(*words, *as_json))
    days = ("04", "05") if as_json else ("06", "07")
    extra = [
        run(
            "meetings",
            "plan",
            FORUM,
            f"starts_at=2031-03-{day}T10:00:00+10:00",
            *as_json,
            "reason=x",
        )
        for run, day in zip((near, far), days, strict=True)
    ]
    same(*extra)
    for act in (
        ("acknowledge",),
        ("acknowledge",),
        ("note", "text=She rang."),
        ("hold", "awaiting=raisr"),
        ("escalate", "reason=It is late", "--version", "1"),
        ("escalate", "reason=It is late", "--version", "3"),
    ):
        one, other = (
            run("issues", "act", each["reference"], *act, *as_json)
            for run, each in zip((near, far), made, strict=True)
        )
        same(one, other)


def test_themes_are_recorded_and_changed_alike(near: Run, far: Run) -> None:
    fields = ("title=Late", "key_result_area=customers", "layer=service", "words=late bill")
    both = list(zip((near, far), ("first", "other"), strict=True))
    for words in (
        ("record", *fields),
        ("change", "owner=priya-nair", "reason=She runs accounts"),
        ("change", "layer=nowhere"),
    ):
        code = ("code={}",) if words[0] == "record" else ("{}",)
        same(
            *(
                run("themes", words[0], *(c.format(name) for c in code), *words[1:], "--json")
                for run, name in both
            )
        )


def test_contacts_are_raised_and_answered_alike(near: Run, far: Run) -> None:
    words = ("contacts", "record", "party=rivers", "text=Where?", "raiser.anonymous=true", "--json")
    made = [json.loads(run(*words).stdout)["reference"] for run in (near, far)]
    for run, name in zip((near, far), made, strict=True):
        shown = run("contacts", "answer", name, "It was posted on Monday")
        assert "answer: It was posted on Monday" in shown.stdout
    raised = [
        run("contacts", "raise", name, "agency=rivers", "function=payroll")
        for run, name in zip((near, far), made, strict=True)
    ]
    same(*raised)
    assert "was raised as SSI-" in raised[1].stdout
    same(*(run("contacts", "raise", made[0], "function=payroll") for run in (near, far)))
    same(*(run("contacts", "show", made[0]) for run in (near, far)))


@pytest.mark.parametrize("as_json", [(), ("--json",)], ids=["people", "machines"])
def test_endpoints_and_keys_are_kept_alike(near: Run, far: Run, as_json: tuple[str, ...]) -> None:
    add = ("webhooks", "endpoints", "add", "https://1.1.1.1/hook", "--type", "issue.logged")
    only = ("--only", "severity=high", "--format", "slack", "--scope", "agency=rivers")
    added = [run(*add, *only, "--json") for run in (near, far)]
    assert [each.exit_code for each in added] == [0, 0], [each.output for each in added]
    made = [json.loads(each.stdout)["id"] for each in added]
    shown = [run(*add, *as_json) for run in (near, far)]
    here, elsewhere = (told(_without_secret(each.output)) for each in shown)
    assert here == elsewhere
    for act in (
        ("show",),
        ("change", "--only", "severity=critical", "--rate", "60"),
        ("change", "--every-issue", "--type", "issue.logd"),
        ("disable",),
        ("ping",),
        ("enable",),
        ("ping",),
        ("rotate", "--both-hours", "0", "--json"),
        ("drain",),
        ("remove",),
        ("show",),
    ):
        verb, *rest = act
        given = [*rest, *as_json] if "--json" not in rest else rest
        results = [
            run("webhooks", "endpoints", verb, each, *given)
            for run, each in zip((near, far), made, strict=True)
        ]
        assert told(_without_secret(results[0].output)) == told(_without_secret(results[1].output))
    for words in (
        ("webhooks", "endpoints", "list"),
        ("webhooks", "inbox"),
        ("webhooks", "inbox", "jira", "--left", "--limit", "3"),
        ("webhooks", "replay", "hkd_nobody"),
        ("webhooks", "delivery", "dlv_nobody"),
        ("webhooks", "drop", "dlv_nobody"),
        ("webhooks", "deliveries", "whe_nobody"),
    ):
        same(near(*words, *as_json), far(*words, *as_json))
    assert [run("keys", "revoke", "key_nobody").exit_code for run in (near, far)] == [1, 1]
    create = ("keys", "create", "--role", "viewer", "--name", "x", "--expires-in", "3", "--json")
    made = [json.loads(run(*create, "--scope", "agency=rivers").stdout) for run in (near, far)]
    assert all(each["key"].startswith("esc_") and each["state"] == "live" for each in made)
    assert made[0].keys() == made[1].keys()
    for run, each in zip((near, far), made, strict=True):
        after = json.loads(run("keys", "rotate", each["id"], "--overlap", "0", "--json").stdout)
        assert after["replaces"] == each["id"]
        assert run("keys", "revoke", after["id"], *as_json).exit_code == 0
    listed = [json.loads(run("keys", "list", "--json").stdout)["data"] for run in (near, far)]
    states = [{each["id"]: each["state"] for each in found} for found in listed]
    assert states[0] == states[1]
    assert {"live", "expired", "revoked"} <= set(states[0].values())


def _without_secret(text: str) -> str:
    return re.sub(r"whsec_[A-Za-z0-9+/=]+|\besc_\w+", "secret", text)


def test_a_digest_is_the_same_bytes(near: Run, far: Run) -> None:
    first = json.loads(near("digests", "build", "--forum", FORUM, "--json").stdout)
    instants = ("--as-at", first["as_at"], "--known-at", first["known_at"])
    built = far("digests", "build", "--forum", FORUM, *instants, "--json")
    digest = json.loads(built.stdout)
    again = near("digests", "build", "--forum", FORUM, *instants, "--json")
    assert json.loads(again.stdout) == digest
    for run in (near, far):
        found = run("digests", "build", "--forum", FORUM, *instants)
        assert "had been made before" in found.stderr
    for kind in ("md", "json", "html", "csv", "pdf"):
        words = ("digests", "show", digest["number"], "--format", kind)
        assert near(*words).stdout_bytes == far(*words).stdout_bytes
    same(*(run("digests", "show", "DIG-1999-0001") for run in (near, far)))
    same(*(run("digests", "build", "--forum", "nobody") for run in (near, far)))


def test_what_goes_with_a_server_is_refused_without_one(
    run: Run, there: tuple[Running, Path]
) -> None:
    assert run("issues", "list", "--key-file", "key").exit_code == 2
    assert run("keys", "reseal", "--server", "http://127.0.0.1:1").exit_code == 2
    service, folder = there
    without = run("issues", "list", "--server", service.address)
    assert without.exit_code == 1
    assert "ESCALATION_KEY" in without.stderr
    elsewhere = ("issues", "list", "--server", "http://escalation.example.org")
    open_to_all = run(*elsewhere, "--key-file", str(folder / "key"))
    assert open_to_all.exit_code == 1
    assert "https://" in open_to_all.stderr
    nobody = run("issues", "list", "--server", service.address, "--key-file", "no-such-file")
    assert (nobody.exit_code, "no-such-file" in nobody.stderr) == (1, True)


def test_the_key_may_be_a_setting(
    run: Run, there: tuple[Running, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    service, folder = there
    monkeypatch.setenv("ESCALATION_KEY_FILE", str(folder / "key"))
    assert run("issues", "list", "--server", service.address).exit_code == 0
    monkeypatch.setenv("ESCALATION_KEY_FILE", "")
    monkeypatch.delenv("ESCALATION_KEY_FILE")
    monkeypatch.setenv("ESCALATION_KEY", "esc_nobody")
    refused = run("issues", "list", "--server", service.address)
    assert refused.exit_code == 1
    assert "esc_nobody" not in refused.output


def test_the_example_of_the_documentation_does_what_it_says(
    there: tuple[Running, Path],
) -> None:
    page = (Path(__file__).parents[2] / "docs" / "client.md").read_text(encoding="utf-8")
    [script] = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    service, folder = there
    lines = script.strip().splitlines()
    assert len([line for line in lines if line.strip() and "import" not in line]) <= 10
    file = folder / "script.py"
    file.write_text(script.replace("https://escalation.example.org", service.address))
    ended = subprocess.run(  # noqa: S603 - the example, by this Python
        [sys.executable, str(file)], cwd=folder, capture_output=True, text=True, check=False
    )
    assert re.fullmatch(r"SSI-\d{4}-\d{6} is due \S+Z\n", ended.stdout), ended.stderr
