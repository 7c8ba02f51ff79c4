"""When: APScheduler over our own Schedule table. The only room that knows APScheduler."""
