"""What is kept: tables, the statements on them, and the one place that commits.

Nothing above this layer knows SQL, and nothing in it decides anything.
"""
