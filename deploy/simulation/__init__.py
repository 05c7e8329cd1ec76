"""A simulated country with known truth: invented lives, and what the registers see of them.

It is no service, and no service knows it. Lives come first (`life`, drawn by `country`): who someone is, and where they
truly are, day by day. The registers write down their part of them, late and with faults (`registers/`, `faults`), and
`play` sends it to the services' own HTTP interfaces in the order in which it became known. The truth is kept in files
(`truth`), apart from every service's database. The same seed gives the same bits. Decision 0054 says why it is so.
"""
