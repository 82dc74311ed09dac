"""A real event log driven through the engine: read, mapped, acted, and counted."""
