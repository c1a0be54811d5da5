"""Business reviews: a partner and its account manager look at the last quarter together.

A review belongs to one partner and one fiscal quarter. Its deck is drawn from figures that are frozen at the last
day of the quarter: each making is a new edition, and an edition never changes. A worker draws the PowerPoint file
and the PDF; the partner sees an edition once it has been shared.

States: a review is scheduled, has its deck ready, was held, is closed; or it was missed or cancelled. An edition
waits for the worker, is ready, or failed.
"""
