"""Foreign labour: employers, quotas, work permits, workers from the Eurasian Economic Union."""
