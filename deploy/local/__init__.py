"""The whole system on one machine, without a platform around it: `make run`, and the servers the tests need."""
