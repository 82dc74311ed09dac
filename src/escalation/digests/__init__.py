"""Pure: what a forum is to see as at an instant, and the figures of it."""
