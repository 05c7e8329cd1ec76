"""What tests of every service need: real servers, and people who do not exist."""
