"""Deals and leads: who brought the business, who may work on it, and how it ends.

A partner registers a deal (draft, submitted, in review, info requested, approved or rejected, withdrawn);
approval protects it until it is expired or cancelled, and makes it an opportunity that is won or lost. A lead
goes the other way: it is new, assigned to the partner that fits best, accepted or returned, contacted, qualified,
and then converted, disqualified or recycled.
"""
