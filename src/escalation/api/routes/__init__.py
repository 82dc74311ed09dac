"""Endpoints, one file for each noun."""
