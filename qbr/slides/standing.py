"""Where the partner stands: program level, capabilities, improvement plan, people."""

from __future__ import annotations

from decimal import Decimal

from prm.kernel.charts import Chart, ChartKind, Series
from qbr.slides.parts import MAX_ROWS, Cell, ChartBox, Column, Row, Slide, Table, Tile, Tiles
from qbr.slides.writing import Figures, Writer, clipped, optional


def program_slide(figures: Figures, write: Writer) -> Slide:
    program = figures["program"]
    if program["why"]:
        return Slide(id="program", title="Program level", nothing=program["why"])
    tables = [requirement_table(tier, write) for tier in program["tiers"]]
    tiles = Tiles(
        (
            Tile("Program level now", program["held"] or "none yet"),
            Tile("Qualifies for", program["qualifying"] or "none yet"),
            write.tile(program["next_attainment"]),
            write.tile(program["progress"]),
        )
    )
    return Slide(
        id="program",
        title="Program level",
        rows=(
            Row((tiles,), (12,), 0.8),
            Row(tuple(tables), tuple([12 // len(tables)] * len(tables)), 3),
        ),
        notes=(
            "Left what the present level asks, right what the next one asks: talk about the open gaps only.",
            "Attainment of a requirement is actual divided by target, at most 100 %.",
            *(f"{figure['label']}: n/a, {figure['why']}." for figure in program["absent"]),
        ),
    )


def requirement_table(tier: Figures, write: Writer) -> Table:
    rows = tuple(
        (
            Cell(clipped(row["label"], 44)),
            write.cell(row["target"]),
            write.cell(row["actual"]),
            write.cell(row["attainment"]),
            Cell(write.plain(row["gap"]) if row["gap"]["value"] is not None or row["gap"]["why"] else "–"),
        )
        for row in tier["rows"][:MAX_ROWS]
    )
    columns = (
        Column("Requirement", 2.35),
        Column("Target", 1.3, True),
        Column("Actual", 1.3, True),
        Column("Attained", 1.15, True),
        Column("Gap", 1.3, True),
    )
    return Table(columns, rows, f"{tier['role']}: {tier['name']}", "This level asks for nothing.")


def capabilities_slide(figures: Figures, write: Writer) -> Slide:
    capabilities = figures["capabilities"]
    if capabilities["why"]:
        return Slide(id="capabilities", title="Capabilities scorecard", nothing=capabilities["why"])
    topics = tuple(
        (
            Cell(clipped(row["topic"], 46)),
            write.cell(row["score"]),
            Cell(write(row["best_practice"])),
            Cell(write(row["gap"])),
            Cell(write(row["peer_average"])),
        )
        for row in capabilities["topics"][:MAX_ROWS]
    )
    columns = (
        Column("Topic", 2.9),
        Column("Score", 0.95, True),
        Column("Best", 0.8, True),
        Column("Gap", 0.8, True),
        Column("Peers", 0.85, True),
    )
    return Slide(
        id="capabilities",
        title="Capabilities scorecard",
        lead=capabilities_lead(capabilities, write),
        rows=(
            Row(
                (
                    ChartBox(capabilities_chart(figures, write)),
                    Table(
                        columns, topics, "Largest gaps to best practice", "Every topic is at best practice or above."
                    ),
                ),
                (6, 6),
            ),
        ),
        notes=(
            "Name one strength first, then the two or three gaps you want to work on together.",
            "Scores run from 1 to 100; green from 75, yellow from 50. Gap is best practice less score.",
            "Peers are averages of at least five partners; no peer is named.",
        ),
    )


def capabilities_lead(capabilities: Figures, write: Writer) -> str:
    overall = f"Overall {write(capabilities['overall'])} on {write.day(capabilities['assessed_on'])}"
    if capabilities["previous_on"] is None:
        return f"{overall}; this is the first scorecard."
    return f"{overall}, {write(capabilities['previous_overall'])} on {write.day(capabilities['previous_on'])}."


def capabilities_chart(figures: Figures, write: Writer) -> Chart:
    capabilities = figures["capabilities"]
    rows = capabilities["categories"]
    series = [Series("Now", tuple(optional(row["score"]["value"]) for row in rows), "brand")]
    if capabilities["previous_on"] is not None:
        series.append(Series("Before", tuple(optional(row["previous"]["value"]) for row in rows), "grey"))
    return Chart(
        kind=ChartKind.BARS,
        title="Score by category",
        categories=tuple(clipped(row["category"], 40) for row in rows),
        series=tuple(series),
        unit="score",
        maximum=Decimal(100),
    )


def action_plan_slide(figures: Figures, write: Writer) -> Slide:
    plan = figures["action_plan"]
    if plan["why"]:
        return Slide(id="action_plan", title="Improvement plan", nothing=plan["why"])
    rows = tuple(
        (
            Cell(clipped(row["topic"], 34) or "–"),
            Cell(clipped(row["text"], 180)),
            Cell(clipped(row["owner"], 28) or "–"),
            Cell(write.day(row["due"])),
            Cell(row["state"], row["status"]),
        )
        for row in plan["rows"][:MAX_ROWS]
    )
    columns = (
        Column("Topic", 2),
        Column("Action", 4.6),
        Column("Owner", 1.6),
        Column("Due", 1.3),
        Column("Status", 1.5),
    )
    more = len(plan["rows"]) - MAX_ROWS
    title = "Open actions" if more <= 0 else f"Open actions (the next {MAX_ROWS} of {len(plan['rows'])})"
    return Slide(
        id="action_plan",
        title="Improvement plan",
        rows=(
            Row((Tiles(tuple(write.tile(figure) for figure in plan["tiles"])),), (12,), 1),
            Row((Table(columns, rows, title, "No action is open."),), (12,), 3.2),
        ),
        notes=(
            "Go through what is late; agree a new date or drop it with a reason.",
            "Completion is done divided by done and due.",
        ),
    )


def people_slide(figures: Figures, write: Writer) -> Slide:
    return Slide(
        id="people",
        title="People and engagement",
        nothing=figures["people"]["why"],
        notes=(
            "Engagement, contact penetration and satisfaction come from what people do in the portal and from surveys.",
        ),
    )
