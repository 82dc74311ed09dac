"""Bearer tokens of an OpenID provider: whose they are, and what that gives them here.

A token is a JWT that the provider signed for this installation. The provider is known by its issuer
alone; its keys are fetched, kept and fetched again as it changes them. What a token says is read by
a fixed table: a claim names the person of the directory, others give the role.
"""
