"""One verb, one short view."""
