"""What is sold and what should be sold: product lines, products, customers, targets and sales actuals.

Revenue is the vendor's net revenue, booked by month and reported in one currency; a target is set by
month and split into quarters and weeks. Performance looks back at the plan so far, pipeline looks
forward at what is still to sell.
"""
