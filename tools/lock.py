"""Write the lock files again, with uv in an environment that is thrown away.

Every locked version carries its hashes, and no file names the address it came from.
"""

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COMPILE = (
    "pip", "compile", "--universal", "--python-version", "3.11", "--generate-hashes",
    "--quiet", "--no-emit-index-url", "--no-emit-find-links", "--no-strip-extras",
)  # fmt: skip
FILES = (
    ("requirements.lock", ()),
    ("requirements-dev.lock", ("--group", "dev", "-c", "requirements.lock")),
)


def main(arguments: list[str]) -> int:
    """Lock anew; ``--upgrade`` and other words go to uv as they are."""
    with tempfile.TemporaryDirectory(prefix="escalation-lock-") as folder:
        venv.create(folder, with_pip=True)
        python = str(Path(folder, "bin", "python"))
        subprocess.run([python, "-m", "pip", "install", "--quiet", "uv"], check=True)
        for name, extra in FILES:
            command = [python, "-m", "uv", *COMPILE, "--custom-compile-command", "make lock"]
            subprocess.run(
                [*command, *extra, *arguments, "pyproject.toml", "-o", name], cwd=ROOT, check=True
            )
            if "://" in (ROOT / name).read_text(encoding="utf-8"):
                print(f"{name} names an address; it may not")
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
