"""Write a migration: from what the migrations make so far to the tables as they are now."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from escalation.store import migrate
from escalation.store.engine import make_engine


def main(arguments: list[str]) -> int:
    """Write the migration whose title is the one argument."""
    title = " ".join(arguments).strip()
    if not title:
        print('usage: make migration name="what it does"')
        return 2
    numbers = [int(found[1]) for p in versions() if (found := re.match(r"(\d+)_", p.name))]
    number = f"{max(numbers, default=0) + 1:04d}"
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{folder}/empty.db")
        migrate.upgrade(engine)
        migrate.write_revision(engine, title, number)
        engine.dispose()
    [written] = [path for path in versions() if path.name.startswith(number)]
    lines = written.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.lstrip().startswith("# ###")]
    written.write_text("".join(kept), encoding="utf-8")
    subprocess.run(
        [Path(sys.executable).with_name("ruff"), "format", "--quiet", written], check=True
    )
    print(f"Read it, then commit it: {written}")
    return 0


def versions() -> list[Path]:
    """The migrations that are there."""
    return sorted((migrate.folder() / "versions").glob("*.py"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
