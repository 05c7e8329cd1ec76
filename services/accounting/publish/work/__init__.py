"""The work pages: what entitled roles do in a browser."""
