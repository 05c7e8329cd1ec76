"""What the pages have in common on which a person signs in."""
