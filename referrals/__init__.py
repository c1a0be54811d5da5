"""Partners who recommend rather than resell: referrals, their credit and their commission.

A referral is a draft, submitted, accepted, qualified, and then won, commission due and paid, or it ends lost,
expired, rejected or cancelled. What a referrer is worth, and whether referring or reselling pays it
better, is computed here.
"""
