"""Intake of border, visa and stay data."""
