"""How near the figures come to a truth that is known: the simulated country's (`deploy.simulation`).

Whatever is measured stands beside the count of the one register that serves the purpose today (`naive`): so that one
sees what it is worth to have the registers together.
"""
