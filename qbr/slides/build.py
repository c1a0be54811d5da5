"""From frozen figures to slides. The same figures always give the same slides."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, Protocol

from prm.kernel.charts import Chart, ChartKind, Series
from prm.kernel.money import currency_places
from qbr.slides.parts import MAX_ROWS, Cell, ChartBox, Column, Row, Slide, Table, Text, Tile, Tiles

NA = "n/a"
_ILLEGAL = re.compile("[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
Figures = dict[str, Any]


class Formatter(Protocol):
    """How the vendor writes numbers and dates (`prm.kernel.web.format`)."""

    def money(self, value: Decimal | None) -> str: ...
    def percent(self, value: Decimal | None) -> str: ...
    def score(self, value: Decimal | None) -> str: ...
    def multiple(self, value: Decimal | None) -> str: ...
    def count(self, value: Any) -> str: ...
    def number(self, value: Decimal | None, places: int = 0) -> str: ...
    def day(self, value: dt.date | None) -> str: ...


def build_slides(figures: Figures, write: Formatter) -> list[Slide]:
    """All slides of a deck in their order; a slide without data says why."""
    figures = legal(figures)
    writer = Writer(write, figures["vendor"]["currency"])
    return [builder(figures, writer) for builder in BUILDERS]


def legal(node: Any, name: str = "") -> Any:
    """The figures with texts that every file format takes: no control characters, one line (people: one each)."""
    if isinstance(node, dict):
        return {key: legal(value, key) for key, value in node.items()}
    if isinstance(node, list):
        return [legal(value) for value in node]
    if not isinstance(node, str):
        return node
    lines = [" ".join(line.split()) for line in _ILLEGAL.sub("", node).splitlines()]
    return ("\n" if name == "attendees" else " ").join(line for line in lines if line)


class Writer:
    """Writes figures as they are kept in a deck: `{"value": text or None, "unit": ..., "status": ..., "why": ...}`."""

    def __init__(self, write: Formatter, currency: str) -> None:
        self.write = write
        self.places = currency_places(currency)

    def __call__(self, figure: Figures) -> str:
        return self.number(figure["value"], figure["unit"])

    def number(self, value: str | None, unit: str) -> str:
        if value is None:
            return NA
        number = Decimal(value)
        if unit == "flag":
            return "Yes" if number else "No"
        by_unit: dict[str, Callable[[Decimal], str]] = {
            "money": self.write.money,
            "ratio": self.write.percent,
            "score": self.write.score,
            "multiple": self.write.multiple,
        }
        return by_unit.get(unit, self.write.count)(number)

    def day(self, value: str | None) -> str:
        return self.write.day(dt.date.fromisoformat(value)) if value else NA

    def plain(self, figure: Figures) -> str:
        """As in a table whose title names the currency: amounts without it."""
        if figure["unit"] == "money" and figure["value"] is not None:
            return self.write.number(Decimal(figure["value"]), self.places)
        return self(figure)

    def cell(self, figure: Figures) -> Cell:
        return Cell(self.plain(figure), figure["status"])

    def tile(self, figure: Figures, hint: str = "") -> Tile:
        return Tile(figure["label"], self(figure), hint or figure["why"] or figure.get("hint", ""), figure["status"])


def clipped(text: str, limit: int) -> str:
    """Text that keeps to its cell; what is cut is marked."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def title_slide(figures: Figures, write: Writer) -> Slide:
    partner, review = figures["partner"], figures["review"]
    standing = [text for text in (partner["tier"], partner["life_stage"]) if text]
    manager = f"Account manager: {partner['manager']}" if partner["manager"] else "No account manager is assigned"
    meeting = f"Meeting on {write.day(review['meeting_on'])}" if review["meeting_on"] else "Meeting date to be agreed"
    people = clipped(review["attendees"].replace("\n", ", "), 180) or "People to be named"
    return Slide(
        id="title",
        title=f"{partner['name']}: business review {review['label']}",
        details=(" · ".join([*standing, manager]), meeting, people),
        notes=(
            f"Welcome. This review covers {write.day(review['start'])} to {write.day(review['end'])}.",
            "Date and people are yours to edit.",
        ),
    )


def agenda_slide(figures: Figures, write: Writer) -> Slide:
    kept = figures["commitments"]["kept"]
    rows = tuple(
        (
            Cell(row["side"]),
            Cell(clipped(row["text"], 140)),
            Cell(clipped(row["owner"], 28) or NA),
            Cell(write.day(row["due"])),
            Cell(row["state"], row["status"]),
        )
        for row in figures["commitments"]["rows"][:MAX_ROWS]
    )
    columns = (
        Column("Side", 1),
        Column("Commitment", 3.6),
        Column("Owner", 1.5),
        Column("Due", 1.4),
        Column("Status", 1.3),
    )
    table = Table(columns, rows, "Commitments of the last review", sentence(figures["commitments"]["why"]) + ".")
    return Slide(
        id="agenda",
        title="Agenda and last commitments",
        lead=f"{kept['label']}: {write(kept)}" if rows else "",
        rows=(Row((Text(AGENDA, "Today", is_list=True, is_numbered=True), table), (4, 8)),),
        notes=(
            "Begin with what both sides promised last time, before any figure.",
            "Kept: done by its due date, of all commitments of the previous review.",
        ),
    )


def summary_slide(figures: Figures, write: Writer) -> Slide:
    summary = figures["summary"]
    headline = tuple(write.tile(figure) for figure in summary["headline"])
    changes = tuple(change_text(c, write) for c in summary["changes"])
    nothing = ("No figure can be compared with the quarter before.",)
    return Slide(
        id="summary",
        title="The quarter on one page",
        rows=(
            Row((Tiles(headline),), (12,), 1),
            Row((Text(changes or nothing, "What changed most", is_list=bool(changes)),), (12,), 2.4),
        ),
        notes=(
            "Say the one sentence that this quarter was about, then the changes.",
            "The changes are drafted from the largest differences to the quarter before; edit them freely.",
            "Performance to plan, pipeline to target and tier attainment are ratios; the capabilities score runs "
            "from 1 to 100.",
        ),
    )


def change_text(change: Figures, write: Writer) -> str:
    """One sentence about one difference, drafted from figures."""
    before, now = Decimal(change["before"]), Decimal(change["now"])
    word = "rose" if now > before else "fell"
    difference = write.number(str(abs(now - before)), change["unit"])
    if change["unit"] == "ratio":
        difference = write.number(str(abs(now - before) * 100), "score") + " points"
    share = f" ({write.number(change['share'], 'ratio')})" if change.get("share") else ""
    was, is_now = write.number(change["before"], change["unit"]), write.number(change["now"], change["unit"])
    return f"{change['label']} {word} by {difference}{share}, from {was} to {is_now}."


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


def optional(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def pipeline_slide(figures: Figures, write: Writer) -> Slide:
    return Slide(
        id="pipeline",
        title="Pipeline to target",
        nothing=figures["pipeline"]["why"],
        notes=(
            "Pipeline to target, coverage and the largest open deals need opportunities with stages. A registered "
            "deal has none.",
        ),
    )


def deals_slide(figures: Figures, write: Writer) -> Slide:
    """The deals of the quarter; a deck that was frozen before deals were kept says why it has none."""
    tiles = tuple(write.tile(figure) for figure in figures["deals"].get("tiles", ()))
    return Slide(
        id="deals",
        title="Deals won and lost",
        nothing=figures["deals"]["why"],
        rows=(Row((Tiles(tiles),), (12,), 1),) if tiles else (),
        notes=(
            "Registered: approved in the quarter and not taken back. Won and lost: closed in the quarter.",
            "Win rate by count. The sales cycle is days from the submission to the order, over won deals.",
        ),
    )


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


def sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


AGENDA = (
    "Last commitments",
    "The quarter on one page",
    "Performance and pipeline",
    "Program level",
    "Capabilities and improvement plan",
    "Commitments for next quarter",
)
BUILDERS = (
    title_slide,
    agenda_slide,
    summary_slide,
    performance_slide,
    pipeline_slide,
    deals_slide,
    program_slide,
    capabilities_slide,
    action_plan_slide,
    people_slide,
    commitments_slide,
    definitions_slide,
)
