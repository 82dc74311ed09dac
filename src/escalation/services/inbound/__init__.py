"""Webhooks in: how a source is verified, what its bodies mean here, and what follows of them."""
