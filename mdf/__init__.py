"""Market development funds and rebates: money the vendor gives to partners for agreed work and results.

A fund is allocated for a period; a partner requests money for a planned activity (submitted, approved,
declined), does the activity, claims with proof, and is paid, partly paid or refused. The ledger knows
what is available, reserved, paid and forfeited at any time. A rebate pays for purchases by bands.
"""
