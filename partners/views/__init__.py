"""The pages of partners, by noun."""
