"""Finding out what a detached CMS signature is worth: one port, one adapter for RSA, one for GOST keys."""
