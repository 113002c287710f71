"""Tools that know nothing of monitoring: database, clock, queue, pages, JSON, secrets."""
