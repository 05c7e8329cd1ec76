"""The proof that an answered write is never lost and never doubled (quality R1): a whole system under load, whose parts
are killed, frozen and restarted at random, and a ledger of everything that it has acknowledged.

`make chaos MINUTES=10 SEED=7 BROKER=kafka` plays one; tests/chaos/test_chaos.py a short one. The same seed gives the
same requests and the same troubles in the same order; when exactly each falls is the machine's.
"""
