"""Estimates of whom registers miss, from the evidence of several."""
