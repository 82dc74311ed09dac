"""Surveys: asked after a matter is settled, answered by a signed link, or brought in as a file."""
