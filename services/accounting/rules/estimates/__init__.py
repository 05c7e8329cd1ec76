"""Estimates of whom registers miss."""
