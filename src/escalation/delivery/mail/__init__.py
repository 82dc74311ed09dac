"""Mail out: messages as the standards have them, and the sessions that hand them over."""
