"""Forecasts and their scores, frozen beside the figures of a release."""
