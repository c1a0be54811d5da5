"""Deals and leads: who brought the business, who may work on it, and how it ends.

A partner registers a deal (draft, submitted, in review, info requested, approved, rejected, expired);
approval protects it for a time and makes it an opportunity that is won or lost. A lead goes the other
way: the vendor passes it to the partner that fits best, who accepts it and makes the first contact.
"""
