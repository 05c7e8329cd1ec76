"""What every HTTP API of Kosh has in common: callers, problems, limits, operations."""
