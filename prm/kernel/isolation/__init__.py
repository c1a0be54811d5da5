"""Proof that vendors and partners cannot see each other: canaries are planted, every table and address is searched.

Two throw-away vendors with two partner companies each get one row of every fenced table, marked with strings
that only certain people may ever receive. All of it happens in one transaction that is rolled back.
"""
