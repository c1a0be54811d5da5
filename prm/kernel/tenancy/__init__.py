"""Tenancy: two fences (vendor, partner company), both enforced by the database. See docs/decisions/0001."""
