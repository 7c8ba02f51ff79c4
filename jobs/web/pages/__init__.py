"""What each page says: plain values for its template, one module a page."""
