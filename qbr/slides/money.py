"""Performance, pipeline and deals."""

from __future__ import annotations

import calendar
from decimal import Decimal

from prm.kernel.charts import Chart, ChartKind, Series
from qbr.slides.parts import MAX_ROWS, Cell, ChartBox, Column, Row, Slide, Table, Tiles
from qbr.slides.writing import Figures, Writer, clipped, optional


def performance_slide(figures: Figures, write: Writer) -> Slide:
    performance = figures["performance"]
    if performance["why"]:
        return Slide(id="performance", title="Performance to plan", nothing=performance["why"])
    columns = (
        Column("Period", 1.35),
        Column("Target", 1.3, True),
        Column("Actual", 1.3, True),
        Column("Variance", 1.3, True),
        Column("Performance", 1.25, True),
    )
    periods = tuple(
        (
            Cell(row["period"], strong=row["is_total"]),
            write.cell(row["target"]),
            write.cell(row["actual"]),
            write.cell(row["variance"]),
            write.cell(row["performance"]),
        )
        for row in performance["periods"]
    )
    lines = tuple(
        (Cell(clipped(row["line"], 30)), write.cell(row["target"]), write.cell(row["actual"]))
        for row in performance["lines"]
    )
    currency = figures["vendor"]["currency"]
    by_line = Table(
        (Column("Product line", 1.3), Column("Target", 1.2, True), Column("Actual", 1.2, True)),
        lines,
        f"By product line, {figures['review']['label']}, {currency}",
        "Nothing was booked and no target was agreed by product line in this quarter.",
    )
    return Slide(
        id="performance",
        title="Performance to plan",
        lead=running_lead(performance, write),
        rows=(
            Row((ChartBox(performance_chart(figures)), by_line), (8, 4), 1.42),
            Row(
                (Table(columns, periods, f"Closed months of {figures['review']['fiscal_year']}, {currency}"),),
                (12,),
                1.12,
            ),
        ),
        notes=(
            "Columns are what was booked each month, the line is what was agreed.",
            "Performance is actual divided by target over the closed months; variance is actual less target.",
            "Green from 100 %, yellow from 80 %. Source: targets and sales actuals, net revenue.",
        ),
    )


def running_lead(performance: Figures, write: Writer) -> str:
    """A deck made within its quarter says what the running month has booked: it counts once it is over."""
    running = performance.get("running")
    if not running or not Decimal(running["actual"]["value"]):
        return ""
    month = month_label(running["month"])
    return f"{month} so far {write(running['actual'])}; a month counts once it is over."


def performance_chart(figures: Figures) -> Chart:
    """Booked and agreed by month; the numbers are those of the table behind it."""
    months = figures["performance"]["months"]
    return Chart(
        kind=ChartKind.COLUMNS_LINE,
        title=f"Target and actual by month, {figures['review']['fiscal_year']} ({figures['vendor']['currency']})",
        categories=tuple(month_label(row["month"]) for row in months),
        series=(
            Series("Actual", tuple(optional(row["actual"]["value"]) for row in months), "brand"),
            Series("Target", tuple(optional(row["target"]["value"]) for row in months), "accent"),
        ),
        unit="money",
        currency=figures["vendor"]["currency"],
    )


def month_label(month: str) -> str:
    return f"{calendar.month_abbr[int(month[5:])]} {month[2:4]}"


def pipeline_slide(figures: Figures, write: Writer) -> Slide:
    """What is left to sell and what is open for it; a deck frozen before opportunities were kept says so."""
    pipeline = figures["pipeline"]
    tiles = tuple(write.tile(figure) for figure in pipeline.get("tiles", ()))
    half = (len(tiles) + 1) // 2  # six side by side leave no room for an amount
    rows = [Row((Tiles(part),), (12,), 1) for part in (tiles[:half], tiles[half:])] if tiles else []
    if tiles:
        rows.append(Row((largest_table(figures, write),), (12,), 2.6))
    return Slide(
        id="pipeline",
        title="Pipeline to target",
        nothing=pipeline["why"],
        rows=() if pipeline["why"] else tuple(rows),
        notes=(
            "Open pipeline: deals whose order is expected by the end of the fiscal year, each by the partner's credit. "
            "Overdue ones are not counted.",
            "Pipeline to target is open pipeline by what is needed for the rest: what is left to sell, times the "
            "vendor's factor. Green from 100 %, yellow from 80 %.",
        ),
    )


def largest_table(figures: Figures, write: Writer) -> Table:
    rows = tuple(
        (Cell(row["number"]), Cell(row["stage"]), Cell(write.day(row["close"])), write.cell(row["amount"]))
        for row in figures["pipeline"]["largest"][:MAX_ROWS]
    )
    columns = (
        Column("No.", 1.2),
        Column("Stage", 1.4),
        Column("Expected order", 1.4),
        Column(figures["vendor"]["currency"], 1.4, True),
    )
    return Table(columns, rows, "The largest open deals", "No deal is open for the fiscal year.")


def deals_slide(figures: Figures, write: Writer) -> Slide:
    """The deals of the quarter; a deck frozen before deals (or last year's) were kept shows what it has."""
    deals = figures["deals"]
    tiles = tuple(write.tile(figure) for figure in deals.get("tiles", ()))
    rows = [Row((Tiles(tiles),), (12,), 1)] if tiles else []
    if "year_ago" in deals:
        rows.append(Row((year_ago_table(figures, write), losses_table(figures, write)), (7, 5), 2.2))
    return Slide(
        id="deals",
        title="Deals won and lost",
        nothing=deals["why"],
        rows=tuple(rows),
        notes=(
            "Registered: approved in the quarter and not taken back. Won and lost: closed in the quarter.",
            "Win rate by count. The sales cycle is days from the submission to the order, over won deals.",
            "Ask about the commonest reason for a loss: what would have helped?",
        ),
    )


def year_ago_table(figures: Figures, write: Writer) -> Table:
    deals = figures["deals"]
    now, before = figures["review"]["label"], deals["year_ago"]["period"]
    pairs = zip(deals["tiles"], deals["year_ago"]["tiles"], strict=True)
    rows = tuple((Cell(one["label"]), Cell(write(one)), Cell(write(other))) for one, other in pairs)
    columns = (Column("Figure", 2.4), Column(now, 1.5, True), Column(before, 1.5, True))
    return Table(columns, rows, "Beside the same quarter a year before")


def losses_table(figures: Figures, write: Writer) -> Table:
    rows = tuple(
        (Cell(clipped(row["reason"], 40)), Cell(write(row["count"])), Cell(write.plain(row["amount"])))
        for row in figures["deals"]["losses"][:MAX_ROWS]
    )
    columns = (Column("Reason", 2.4), Column("Deals", 0.8, True), Column(figures["vendor"]["currency"], 1.6, True))
    return Table(columns, rows, "Why deals were lost", "No deal was lost in the quarter.")
