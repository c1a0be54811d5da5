"""The last slides: commitments to fill in, and how the figures are made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from qbr.slides.parts import MAX_ROWS, Cell, Column, Row, Slide, Table, Text
from qbr.slides.writing import Figures, Writer, clipped, sentence

AGREED_SHOWN = 4


def commitments_slide(figures: Figures, write: Writer) -> Slide:
    columns = (Column("Side", 1.2), Column("Commitment", 5), Column("Owner", 2), Column("Due", 1.4))
    sides = [figures["partner"]["name"], figures["vendor"]["name"]]
    agreed = figures["commitments"].get("next", [])[:AGREED_SHOWN]
    said = tuple(
        (
            Cell(clipped(row["side"], 24)),
            Cell(clipped(row["text"], 110)),
            Cell(clipped(row["owner"], 28) or "–"),
            Cell(write.day(row["due"])),
        )
        for row in agreed
    )
    # Lines to fill in: three for each side, fewer where something is agreed already, but never none.
    lines = max(1, 3 - (len(agreed) + 1) // 2)
    blank = (*said, *((Cell(clipped(side, 24)), Cell(""), Cell(""), Cell("")) for side in sides for _ in range(lines)))
    currency = figures["vendor"]["currency"]
    return Slide(
        id="commitments",
        title="Commitments for next quarter",
        rows=(
            Row((Table(columns, blank, "Agreed: at least one for each side", is_form=True),), (12,), 3),
            Row(
                (
                    Text(
                        (f"Revenue we both expect in {figures['review']['next_label']}: ______________ {currency}",),
                        "Forecast",
                    ),
                ),
                (12,),
                1,
            ),
        ),
        notes=("Fill in during the meeting: at least one commitment for each side, with owner and date.",),
    )


def definitions_slide(figures: Figures, write: Writer) -> Slide:
    review, vendor = figures["review"], figures["vendor"]
    calendar_text = (
        f"Fiscal year {review['fiscal_year']} runs from {write.day(review['year_start'])} "
        f"to {write.day(review['year_end'])}; {review['label']} from "
        f"{write.day(review['start'])} to {write.day(review['end'])}."
    )
    facts = (
        f"Revenue, targets and program level are as of {write.day(figures['as_of'])}; scorecard and actions are as of "
        f"{write.day(figures['made_on'])}, when the deck was made.",
        "The figures are frozen: later bookings do not change this deck.",
        calendar_text,
        f"Money is net revenue in {vendor['currency']}. Months count once they are over.",
        "n/a means that there is no figure; it is never counted as zero.",
    )
    missing = missing_rows(figures)
    rows = tuple((Cell(clipped(why, 100)), Cell(clipped(names, 240))) for why, names in missing)
    return Slide(
        id="definitions",
        title="How the figures are made",
        rows=(
            Row(
                (
                    Text(facts, "Basis", is_list=True),
                    Table(
                        (Column("Why", 1.4), Column("Figures without data", 2.4)),
                        rows,
                        "Not available",
                        "Every figure of this deck has data.",
                    ),
                ),
                (4, 8),
            ),
        ),
        notes=("For questions only. Every figure can be opened on the review page.",),
    )


def missing_rows(figures: Figures) -> list[tuple[str, str]]:
    """The figures without data, by the reason why; at most ten reasons."""
    by_reason: dict[str, list[str]] = {}
    for label, why in missing_figures(figures):
        names = by_reason.setdefault(why, [])
        if label not in names:
            names.append(label)
    rows = [(sentence(why), ", ".join(names)) for why, names in by_reason.items()]
    if len(rows) > MAX_ROWS:
        rest = [name for _, names in rows[MAX_ROWS - 1 :] for name in [names]]
        rows = [*rows[: MAX_ROWS - 1], ("Other reasons, see the review page", ", ".join(rest))]
    return rows


def missing_figures(node: Any) -> Iterable[tuple[str, str]]:
    """Each figure without a value that stands anywhere in the figures, with its reason."""
    if isinstance(node, dict):
        if "value" in node and "why" in node:
            if node["value"] is None and node["why"]:
                yield node["label"], node["why"]
            return
        if node.get("why") and node.get("label"):
            yield node["label"], node["why"]
        for child in node.values():
            yield from missing_figures(child)
    elif isinstance(node, list):
        for child in node:
            yield from missing_figures(child)
