"""The demo: two vendors with believable partners and months of legal history, seeded through actions.

Everything is drawn from one seeded generator relative to today, so every installation shows the same story.
"""
