"""Durations, business calendars, the arithmetic of clocks, recurrence. Pure."""
