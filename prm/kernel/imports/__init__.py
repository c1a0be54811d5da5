"""Data in: tables of a vendor's other systems become partners, people, products and bookings.

A profile says which file holds what and how its columns are to be read; importers, lent by the apps, know the
rules of their records. A file is checked to its last row before the first is written, and comes in whole or not
at all. The same file twice changes nothing.
"""
