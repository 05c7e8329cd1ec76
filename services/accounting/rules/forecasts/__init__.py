"""Forecasts of monthly series: the models, how they are judged, and when there is none to be made."""
