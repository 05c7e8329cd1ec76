"""How a service reads what others publish: the sources, and copies of others' facts that it keeps for itself."""
