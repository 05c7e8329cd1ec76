"""From a fact, as its producer publishes it, to the columns that accounting stores: one function per fact and version.

A new version of a fact gets a function of its own beside the old one, which stays as long as facts of the old version
may be read again.
"""
