"""Figures as ratios against an honest reference of the same run: `make bench`. Goals: 6-qualities, in README."""
