"""Use cases: what entry points call. No SQL text, no HTTP."""
