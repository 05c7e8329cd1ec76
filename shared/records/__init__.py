"""Registers that take records as facts: one mechanism for taking, correcting, withdrawing, reading and bulk intake."""
