"""Stores of triples: the embedded one, servers, Virtuoso's bulk loader; and what a load into one must prove."""
