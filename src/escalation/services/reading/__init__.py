"""The read side: each question answered from one snapshot, by a caller who is looked at again."""
