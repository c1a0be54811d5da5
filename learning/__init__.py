"""How partner people learn: courses, quizzes and the certifications that tiers ask for.

A course is assigned, started and completed; a certification is valid, expiring, expired or revoked and
belongs to the person. Until courses exist certifications are imported or entered.
"""
