"""Ask the OSV database whether a locked package has a known vulnerability.

    python tools/advisories.py

Exit status 1 where one has. Where the database is out of reach it says that nothing was checked,
and ends with 0: no build depends on a network, and nobody takes silence for an answer.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COMMAND = (
    sys.executable, "-m", "pip_audit", "--vulnerability-service", "osv", "--timeout", "10",
    "--progress-spinner", "off", "--disable-pip", "--require-hashes",
    "--requirement", "requirements.lock",
)  # fmt: skip
UNREACHED = ("ConnectionError", "ConnectTimeout", "ServiceError", "ProxyError", "Could not connect",
             "Max retries exceeded", "Connection reset", "timed out")  # fmt: skip


def main() -> int:
    """Ask, and say what came of it."""
    ended = subprocess.run(COMMAND, cwd=ROOT, check=False, capture_output=True, text=True)
    print(ended.stdout, end="")
    status, line = verdict(ended.returncode, ended.stdout, ended.stderr)
    print(line)
    return status


def verdict(returned: int, out: str, err: str) -> tuple[int, str]:
    """The exit status, and the line that says what was found or that nothing was asked."""
    if returned == 0:
        return 0, "advisories: checked against OSV, no known vulnerability."
    if any(word in err for word in UNREACHED):
        return 0, "advisories: NOT CHECKED, because OSV is out of reach from here."
    if "Vulnerability" in out or "vulnerabilit" in err:
        return 1, f"advisories: {err.strip().splitlines()[-1] if err.strip() else 'found some'}"
    return 1, f"advisories: NOT CHECKED, pip-audit failed: {err.strip() or returned}"


if __name__ == "__main__":
    sys.exit(main())
