"""The figures of a review, collected once and frozen: everything a deck says comes from this one value.

Plain JSON: decimals and dates are text. A figure without data is `{"value": None, "why": reason}` and is listed on
the last slide; a part without any data carries its reason in `why`.
"""

from qbr.figures.collecting import collect, quarter_of

__all__ = ["collect", "quarter_of"]
