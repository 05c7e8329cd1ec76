"""The accounts of a nation that one machine would not hold: rebuild and research on Apache Spark (decision 0064)."""
