"""Market development funds and rebates: money the vendor gives to partners for agreed work and results.

A fund is allocated for a period; a partner requests money for a planned activity (draft, submitted, in review,
info requested, approved or rejected, completed, closed), does the activity and claims with proof (draft,
submitted, verified, approved or rejected, paid, perhaps clawed back). The ledger knows at any time what is
available, reserved, paid and forfeited. A rebate pays for purchases by bands.
"""
