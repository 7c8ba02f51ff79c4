"""Who executes: claim a queued row, hand it to a keeper, record its end, recover what a dead owner left."""
