"""What the service answers, as dictionaries with known members, made from its description.

A service that is newer than this client may send more members, and other words.
"""
