"""A person who reads, decides, presses keys and points: at human pace, or at full speed with the cost counted."""

from __future__ import annotations

import time
from typing import Any

DECISION, KEY, POINTING = 1.2, 0.28, 1.1  # seconds, for one question read and decided, one key, one pointing
BUDGET = 300.0


class Person:
    """Plays a script on a page. `seconds` is what it costs a person; with `human` it really takes that long.

    Everything by keys, or with `points` by pointing alone.
    """

    def __init__(self, page: Any, *, human: bool = False, points: bool = False) -> None:
        self.page, self.human, self.points, self.seconds = page, human, points, 0.0

    def spend(self, seconds: float) -> None:
        self.seconds += seconds
        if self.human:
            time.sleep(seconds)  # the pace itself is what is tried here; nothing waits for anything

    def decide(self) -> None:
        self.spend(DECISION)

    def press(self, key: str) -> None:
        self.spend(KEY)
        self.page.keyboard.press(key)

    def point(self, selector: str) -> None:
        self.spend(POINTING)
        self.page.locator(selector).click()

    def do(self, key: str, selector: str) -> None:
        """What can be done with a key or by pointing, in this person's way."""
        self.point(selector) if self.points else self.press(key)


def answer(person: Person, *, place: int = 3) -> None:
    """Answer the question on the screen: a grade, some ticks and a confirmation, words by skipping them."""
    shown = person.page.locator("[data-question]:visible")
    kind = shown.get_attribute("data-kind")
    person.decide()
    if kind == "text":
        person.do("Enter", "[data-question]:visible [data-confirm]")
        return
    options = shown.locator("[data-option]").count()
    if person.points:
        for number in range(1, min(place, options) + 1) if kind == "multi" else [min(place, options)]:
            person.point(f"[data-question]:visible .answer >> nth={number - 1}")
        if kind == "multi":
            person.point("[data-question]:visible [data-confirm]")
        return
    if kind == "multi":
        for number in range(1, min(place, options) + 1):
            person.press(str(number))
        person.press("Enter")
    else:
        person.press(str(min(place, options)))
