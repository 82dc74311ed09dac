"""The REST interface: translates requests into commands and reads, and answers into JSON."""
