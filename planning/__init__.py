"""What the vendor and a partner agree to do: business plans, marketing plans, account plans, tasks.

A business plan forecasts 36 months of the partner's margin and cost; a marketing plan lists a quarter's
activities with the leads and the return they should bring; an account plan shows where nothing is sold
yet. A plan is a draft, submitted, back with changes requested, or approved; then a business plan runs until it
is expired, a marketing plan is running until it is closed. The tasks that follow are due, done or waived.
"""
