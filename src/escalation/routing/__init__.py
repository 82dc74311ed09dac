"""Which ladder an issue is on, and who holds each seat: pure rules, no database, no network."""
