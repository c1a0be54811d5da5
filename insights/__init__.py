"""The channel as a whole, for the people who run it: contribution, return, staffing and concentration.

Nothing is entered here. It reads what every other process knows and answers what the channel costs and
brings, how much depends on a few partners, and in which stage of life the program itself is.
"""
