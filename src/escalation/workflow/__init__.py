"""The life of an issue: what may happen to it, and what follows. Pure: no SQL, no HTTP, no time."""
