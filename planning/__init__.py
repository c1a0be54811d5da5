"""What the vendor and a partner agree to do: business plans, marketing plans, account plans, tasks.

A business plan forecasts 36 months of the partner's margin and cost; a marketing plan lists a quarter's
activities with the leads and the return they should bring; an account plan shows where nothing is sold
yet. Plans are drafted, submitted, approved and reviewed; the tasks that follow have a due date and an end.
"""
