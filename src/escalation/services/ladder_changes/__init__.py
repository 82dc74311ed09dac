"""Changes of the ladder file on their way: proposed, approved or declined, then published."""
