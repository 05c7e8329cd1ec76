"""Kinds of lives: one small module by kind or family of kinds, each drawing a household from its own random numbers."""
