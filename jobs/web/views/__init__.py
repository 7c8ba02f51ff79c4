"""One verb, one short function."""
