"""Names as they are borne (`stock`), and as an office of a time writes them (`written`)."""
