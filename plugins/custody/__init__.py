"""Process custody: a keeper owns a run's programs, its output, its timeout and its result."""
