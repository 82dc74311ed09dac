import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_the_bench_measures_decisions_and_says_on_what_machine() -> None:
    command = [sys.executable, "bench/run.py", "--quick", "--only", "decide", "--json"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - our own script
    told = json.loads(ended.stdout)
    assert {result["what"] for result in told["results"]} == {"decide"}
    assert all(result["ratio"] > 0 for result in told["results"])
    assert told["machine"]["Python"]
