"""Subscriptions to digests: who has which when, the windows of each, and how they are handed on."""
