"""From frozen figures to slides. The same figures always give the same slides."""

from __future__ import annotations

from qbr.slides.closing import commitments_slide, definitions_slide
from qbr.slides.money import deals_slide, performance_slide, pipeline_slide
from qbr.slides.opening import agenda_slide, summary_slide, title_slide
from qbr.slides.parts import Slide
from qbr.slides.standing import action_plan_slide, capabilities_slide, people_slide, program_slide
from qbr.slides.writing import Figures, Formatter, Writer, legal

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


def build_slides(figures: Figures, write: Formatter) -> list[Slide]:
    """All slides of a deck in their order; a slide without data says why."""
    figures = legal(figures)
    writer = Writer(write, figures["vendor"]["currency"])
    return [builder(figures, writer) for builder in BUILDERS]
