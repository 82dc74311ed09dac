"""Measure this machine: ``python bench/run.py``, or ``make bench``; ``--help`` tells more."""

import sys
from pathlib import Path

# Run as a script, Python looks in this folder alone.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
