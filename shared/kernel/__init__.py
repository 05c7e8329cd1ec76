"""The pure core that every service knows: words, numbers, days and rules, without clock, network or database."""
