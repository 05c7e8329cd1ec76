"""What evidence and estimates say, in words of three languages."""
