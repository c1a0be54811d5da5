"""Measurements: our pages and jobs beside the bare view, raw SQL and the bare library, in the same run.

They are no tests and gate nothing; `bin/bench` prints the tables.
"""
