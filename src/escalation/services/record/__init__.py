"""The record: seals over it, its verification and export, how long it is kept, and its disposal."""
