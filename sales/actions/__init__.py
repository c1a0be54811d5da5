"""What changes in sales: product lines and bookings, targets, and what one side proposes to the other."""

from sales.actions.bookings import add_line, add_product, book_actuals
from sales.actions.targets import (
    NotBoth,
    OtherSideDecides,
    confirm_targets,
    decide,
    decline_targets,
    propose_targets,
    set_targets,
    withdraw_targets,
)

__all__ = [
    "NotBoth",
    "OtherSideDecides",
    "add_line",
    "add_product",
    "book_actuals",
    "confirm_targets",
    "decide",
    "decline_targets",
    "propose_targets",
    "set_targets",
    "withdraw_targets",
]
