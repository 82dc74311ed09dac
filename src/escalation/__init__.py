"""An issue-resolution and escalation engine for shared services."""

__version__ = "0.1.0"
