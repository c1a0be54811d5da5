"""The first slides: cover, agenda with the last commitments, the quarter on one page."""

from __future__ import annotations

from decimal import Decimal

from qbr.slides.parts import MAX_ROWS, Cell, Column, Row, Slide, Table, Text, Tile, Tiles
from qbr.slides.writing import NA, Figures, Writer, clipped, sentence

AGENDA = (
    "Last commitments",
    "The quarter on one page",
    "Performance and pipeline",
    "Program level",
    "Capabilities and improvement plan",
    "Commitments for next quarter",
)


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
    headline = tuple(write.tile(figure) for figure in summary["headline"][:-1])
    headline += (scored_tile(summary["headline"][-1], figures, write),)
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


def scored_tile(figure: Figures, figures: Figures, write: Writer) -> Tile:
    """The capabilities score is the latest, not that of the day of the other figures: it says its own day."""
    day = figures["capabilities"].get("assessed_on")
    return write.tile(figure, f"scorecard of {write.day(day)}" if day and figure["value"] is not None else "")


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
