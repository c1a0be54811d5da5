"""The ground floor: what every process of the product stands on, and nothing that knows a channel word."""
