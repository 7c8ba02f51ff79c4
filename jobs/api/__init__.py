"""Face 2: the REST API. It checks shapes, asks jobs.services, and answers; it decides nothing itself."""
