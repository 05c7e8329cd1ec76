"""Forecasts for everybody."""
