"""Releases: dumps, their description, the checks that they must pass, and what is published with them."""
