import os
import subprocess
import sys
from pathlib import Path

import pytest

from escalation.errors import Broken
from escalation.store.ownership import own

HOLD = """
import sys
from pathlib import Path
from escalation.store.ownership import own
with own(Path(sys.argv[1])):
    print("mine", flush=True)
    sys.stdin.read()
"""


def test_a_second_owner_is_refused_and_told_who_the_first_is(tmp_path: Path) -> None:
    database = tmp_path / "escalation.db"
    told = f"owned by process {os.getpid()}"
    with own(database), pytest.raises(Broken, match=told), own(database):
        pass


def test_an_owner_that_is_killed_lets_go(tmp_path: Path) -> None:
    database = tmp_path / "escalation.db"
    command = [sys.executable, "-c", HOLD, str(database)]
    with subprocess.Popen(  # noqa: S603 - our own code
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"mine\n"
        with pytest.raises(Broken, match=str(other.pid)), own(database):
            pass
        other.kill()
    with own(database):
        pass


def test_owning_twice_in_turn_is_fine(tmp_path: Path) -> None:
    for _ in range(2):
        with own(tmp_path / "new folder" / "escalation.db"):
            pass
