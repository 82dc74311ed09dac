import json
import re
from datetime import datetime, timedelta

from tests.cli.conftest import Run


def test_a_key_is_shown_once_and_listed_without_its_secret(run: Run, furnished_url: str) -> None:
    made = run(
        "keys", "create", "--role", "admin", "--name", "me", "--json", database=furnished_url
    )
    assert made.exit_code == 0, made.output
    key = json.loads(made.stdout)
    assert re.fullmatch(r"esc_\w+_\w{6,}", key["key"])
    assert (key["role"], key["name"], key["state"]) == ("admin", "me", "live")
    listed = run("keys", "list", "--json")
    assert key["key"] not in listed.stdout
    [row] = json.loads(listed.stdout)["data"]
    assert (row["id"], row["prefix"]) == (key["id"], key["key"][:10])
    assert key["id"] in run("keys", "list").stdout


def test_people_get_the_key_alone_on_standard_output(run: Run, furnished_url: str) -> None:
    made = run("keys", "create", "--role", "operator", "--name", "desk", database=furnished_url)
    assert re.fullmatch(r"esc_\w+\n", made.stdout)
    assert "not shown again" in made.stderr


def test_a_key_expires_when_it_was_told_to(run: Run, furnished_url: str) -> None:
    words = ["keys", "create", "--role", "operator", "--name", "x", "--expires-in", "30", "--json"]
    key = json.loads(run(*words, database=furnished_url).stdout)
    made, until = (datetime.fromisoformat(key[name]) for name in ("created_at", "expires_at"))
    assert timedelta(days=30) - (until - made) < timedelta(minutes=1)


def test_a_key_of_a_person_who_is_not_there_is_refused(run: Run, furnished_url: str) -> None:
    words = ["keys", "create", "--role", "operator", "--name", "x", "--person"]
    told = run(*words, "nobody", database=furnished_url)
    assert (told.exit_code, told.stdout) == (1, "")
    assert "nobody" in told.stderr
    assert json.loads(run("keys", "list", "--json").stdout)["data"] == []
    assert json.loads(run(*words, "priya-nair", "--json").stdout)["person"] == "priya-nair"


def test_a_revoked_key_stays_in_the_list_and_cannot_be_revoked_again(
    run: Run, furnished_url: str
) -> None:
    words = ["keys", "create", "--role", "operator", "--name", "x", "--json"]
    key = json.loads(run(*words, database=furnished_url).stdout)
    gone = json.loads(run("keys", "revoke", key["id"], "--json").stdout)
    assert gone == {"id": key["id"], "state": "revoked"}
    [row] = json.loads(run("keys", "list", "--json").stdout)["data"]
    assert row["state"] == "revoked"
    again = run("keys", "revoke", key["id"])
    assert again.exit_code == 1
    assert key["id"] in again.stderr


def test_a_key_is_made_for_a_part_and_followed_by_another(run: Run, furnished_url: str) -> None:
    words = ["keys", "create", "--role", "viewer", "--name", "x", "--json"]
    scopes = [
        "--scope",
        "agency=rivers",
        "--scope",
        "agency=schools",
        "--scope",
        "function=payroll",
    ]
    key = json.loads(run(*words, *scopes, database=furnished_url).stdout)
    assert key["scopes"] == {"agency": ["rivers", "schools"], "function": ["payroll"]}
    new = json.loads(run("keys", "rotate", key["id"], "--overlap", "3", "--json").stdout)
    assert (new["scopes"], new["replaces"]) == (key["scopes"], key["id"])
    told = run("keys", "rotate", new["id"])
    assert re.fullmatch(r"esc_\w+\n", told.stdout)
    assert "opens for 24 hours more" in told.stderr


def test_a_scope_that_is_none_is_wrong_use(run: Run, furnished_url: str) -> None:
    words = ["keys", "create", "--role", "viewer", "--name", "x", "--scope"]
    for scope in ("rivers", "agencies=rivers", "agency="):
        told = run(*words, scope, database=furnished_url)
        assert told.exit_code == 2
        assert "expected a kind" in told.stderr
    unknown = run(*words, "agency=river")
    assert unknown.exit_code == 1
    assert "rivers" in unknown.stderr
