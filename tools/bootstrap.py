"""Set up, run and test the project with nothing but Python 3.11 or later.

    python3 tools/bootstrap.py setup | run | test | check | bench

``setup`` makes ``.venv`` from the lock files; each of the others does it first where needed.
"""

from __future__ import annotations  # so that an old Python gets as far as being told

import hashlib
import importlib.util
import os
import shlex
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
STAMP = VENV / ".ready"
OLDEST = (3, 11)
MAKES_ENVIRONMENTS = ("venv", "ensurepip")
NOT_FOR_STEPS = frozenset({"PYTHONDONTWRITEBYTECODE"})
PURE = ("timekeeping", "routing", "workflow", "digests")


@dataclass(frozen=True)
class Step:
    """One command of a check: what it is called, and what is run."""

    title: str
    command: tuple[str, ...]


CHECKS = (
    Step("ruff", ("ruff", "check", "--quiet", ".")),
    Step("format", ("ruff", "format", "--check", "--quiet", ".")),
    Step("types", ("mypy", "--no-error-summary")),
    Step("layers", ("lint-imports", "--no-logo")),
    Step("security", ("bandit", "-q", "-ll", "-c", "pyproject.toml", "-r", "src", "tools")),
)
WORKERS = 3
"""One more than the cores of the smallest machine: tests wait for processes and for servers."""
PYTEST = ("pytest", "-q", "-n", str(WORKERS), "--dist", "worksteal")
TESTS = (
    Step("tests", (*PYTEST, "-m", "not (postgres or campaign)", "--cov", "--cov-report=")),
    # With coverage they take more than twice as long, and what they run is run by the others too.
    Step("more", (*PYTEST, "-m", "postgres or campaign")),
    Step("coverage", ("coverage", "report", "--fail-under=95")),
)
BENCH = (Step("bench", ("python", "bench/run.py")),)


def main(arguments: list[str]) -> int:
    """Do what the one argument names; answer the exit status."""
    jobs = {"setup": setup, "run": run, "test": test, "check": check, "bench": bench}
    if len(arguments) != 1 or arguments[0] not in jobs:
        say(f"usage: python3 tools/bootstrap.py {' | '.join(jobs)}")
        return 2
    if problem := unfit():
        say(problem)
        return 1
    return jobs[arguments[0]]()


def unfit() -> str | None:
    """Why this Python cannot make the environment, and what mends it."""
    if sys.version_info < OLDEST:
        wanted = ".".join(map(str, OLDEST))
        found = ".".join(map(str, sys.version_info[:3]))
        return f"Python {wanted} or later is needed, and this is {found}: try python{wanted}"
    if not has_pip():
        missing = [name for name in MAKES_ENVIRONMENTS if not importlib.util.find_spec(name)]
        if missing:
            package = f"python3.{sys.version_info.minor}-venv"
            return (
                f"This Python lacks {' and '.join(missing)}, which makes the environment."
                f" On Debian or Ubuntu: apt-get install {package}"
            )
    return None


def has_pip() -> bool:
    """Whether the environment was made to its end: pip comes last."""
    return any(BIN.glob("pip*"))


def setup() -> int:
    """Make ``.venv`` hold exactly what the lock file says, and the project itself."""
    if STAMP.exists() and STAMP.read_text(encoding="utf-8") == fingerprint():
        STAMP.touch()
        return 0
    STAMP.unlink(missing_ok=True)
    pip = (str(BIN / "python"), "-m", "pip", "--disable-pip-version-check", "--quiet")
    steps = [
        Step("packages", (*pip, "install", "--require-hashes", "-r", "requirements-dev.lock")),
        Step("project", (*pip, "install", "--no-build-isolation", "--no-deps", "-e", ".")),
    ]
    if not has_pip():
        make = (sys.executable, "-m", "venv", "--clear", str(VENV))
        steps.insert(0, Step("environment", make))
    for step in steps:
        status, seconds = execute(step)
        if status:
            say(f"setup failed at {step.title} after {seconds:.0f} s: {shlex.join(step.command)}")
            return status
    STAMP.write_text(fingerprint(), encoding="utf-8")
    say(f"ready: {BIN / 'escalation'}")
    return 0


def run() -> int:
    """Serve the demonstration cluster until told to stop."""
    if status := setup():
        return status
    command = [str(BIN / "escalation"), "serve", "--demo"]
    if os.name == "posix":  # become the service, so that a signal reaches it and nobody else
        os.chdir(ROOT)
        os.execv(command[0], command)  # noqa: S606 - the project's own command
    try:
        return subprocess.run(command, cwd=ROOT, check=False).returncode
    except KeyboardInterrupt:
        return 0


def check() -> int:
    """Check the code without running it."""
    return setup() or all_of(CHECKS)


def test() -> int:
    """Check the code, run every test, and see that enough of the code was run."""
    return setup() or all_of((*TESTS, *pure_coverage()), beside=CHECKS)


def bench() -> int:
    """Measure this machine."""
    return setup() or all_of(BENCH)


def pure_coverage() -> tuple[Step, ...]:
    """The step that wants every branch of the pure layers run."""
    layers = [name for name in PURE if (ROOT / "src" / "escalation" / name).is_dir()]
    if not layers:
        return ()
    include = "--include=" + ",".join(f"src/escalation/{name}/*" for name in layers)
    return (Step("pure layers", ("coverage", "report", "--fail-under=100", include)),)


def all_of(steps: tuple[Step, ...], beside: tuple[Step, ...] = ()) -> int:
    """Run every step, say how each ended, and answer the first bad status.

    Those ``beside`` the others run at the same time, in their order; what each of them prints is
    said in one piece when it has ended.
    """
    with ThreadPoolExecutor(1) as aside:
        others = [aside.submit(execute, located(step), quietly=True) for step in beside]
        try:
            ended = [(step, *execute(located(step))) for step in steps]
        except SystemExit:
            aside.shutdown(wait=False, cancel_futures=True)
            raise
    ended = [(step, *other.result()) for step, other in zip(beside, others, strict=True)] + ended
    say("")
    for step, status, seconds in ended:
        say(f"{'ok    ' if status == 0 else 'FAILED'} {step.title:<12} {seconds:6.1f} s")
    failed = [(step, status) for step, status, _ in ended if status]
    for step, _ in failed:
        say(f"again: .venv/bin/{shlex.join(step.command)}")
    return failed[0][1] if failed else 0


def located(step: Step) -> Step:
    """The step with its program as it lies in the environment."""
    return Step(step.title, (str(BIN / step.command[0]), *step.command[1:]))


def execute(step: Step, *, quietly: bool = False) -> tuple[int, float]:
    """Run one command in the project's folder; answer its status and its seconds.

    With ``quietly`` nothing is said until it has ended, and then all at once.
    """
    told = [f"==> {step.title}: {shlex.join(step.command)}"]
    if not quietly:
        say(told.pop())
    begun = time.monotonic()
    try:
        ended = subprocess.run(
            step.command,
            cwd=ROOT,
            env=surroundings(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if quietly else None,
            stderr=subprocess.STDOUT if quietly else None,
            check=False,
        )
        status = ended.returncode
        told += (ended.stdout or b"").decode(errors="replace").splitlines()
    except FileNotFoundError:
        told.append(f"{step.command[0]} is not there")
        status = 127
    except KeyboardInterrupt:
        say("stopped")
        raise SystemExit(130) from None
    if told:
        say("\n".join(told))
    return status, time.monotonic() - begun


def surroundings() -> dict[str, str]:
    """The environment of a step: compiled code is kept, whatever is set around us.

    The tests start hundreds of processes, and each would compile the whole product anew.
    """
    return {name: value for name, value in os.environ.items() if name not in NOT_FOR_STEPS}


def fingerprint() -> str:
    """What the environment was made from: a change of it means making it again."""
    made_from = ("requirements-dev.lock", "pyproject.toml")
    digest = hashlib.sha256(sys.version.encode())
    for name in made_from:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def say(line: str) -> None:
    """Print a line at once, so that it stands before what a command prints."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
