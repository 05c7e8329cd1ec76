"""Forecasts of what a release says: made once for each release, and read."""
