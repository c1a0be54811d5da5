"""The pages of scorecards, by noun."""
