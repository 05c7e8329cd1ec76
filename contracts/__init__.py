"""What others may rely on, and the program that writes the generated part of it."""
