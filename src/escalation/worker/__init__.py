"""The engine at work: clocks that have ended, seats that have changed, what may be forgotten."""
