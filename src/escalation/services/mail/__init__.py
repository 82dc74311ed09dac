"""Mail: who is told of what and how, and what comes back."""
