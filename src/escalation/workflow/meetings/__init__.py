"""Pure: what a forum does at and with its meetings, and what each act comes to."""
