"""Figures of one review as a deck keeps them, for tests of drawing alone."""

from __future__ import annotations

import copy
from typing import Any

NO_PIPELINE = "Opportunities with stages are not kept here yet; deals registered in the last 12 months: 3"


def figure(label: str, value: str | None, unit: str, *, status: str = "", why: str = "") -> dict[str, Any]:
    return {"label": label, "value": value, "unit": unit, "status": status, "why": why}


def missing(label: str, unit: str, why: str) -> dict[str, Any]:
    return figure(label, None, unit, why=why)


def period(
    label: str, target: str, actual: str, variance: str, ratio: str, status: str, *, is_total: bool = False
) -> dict[str, Any]:
    return {
        "period": label,
        "is_total": is_total,
        "target": figure("Target", target, "money"),
        "actual": figure("Actual", actual, "money"),
        "variance": figure("Variance", variance, "money"),
        "performance": figure("Performance", ratio, "ratio", status=status),
    }


def requirement(
    label: str, unit: str, target: str, actual: str | None, attained: str, gap: str | None, why: str = ""
) -> dict[str, Any]:
    return {
        "label": label,
        "target": figure(label, target, unit),
        "actual": figure(label, actual, unit, why=why),
        "attainment": figure(label, attained, "ratio", status="green" if gap is None else "red"),
        "gap": figure(label, gap, unit),
    }


def topic(name: str, score: str, status: str, best: str, gap: str, peers: str | None) -> dict[str, Any]:
    return {
        "topic": name,
        "score": figure(name, score, "score", status=status),
        "best_practice": figure(name, best, "score"),
        "gap": figure(name, gap, "score"),
        "peer_average": figure(name, peers, "score", why="" if peers else "fewer than five peers"),
    }


TARGETS = ["82000.00", "84000.00", "91000.00", "95000.00", "96000.00", "99000.00", "101000.00", "98000.00", "105000.00"]
ACTUALS = ["79120.55", "90410.10", "95330.00", "88014.25", "102377.90", "121440.05"]
FIGURES: dict[str, Any] = {
    "edition": 1,
    "as_of": "2026-06-30",
    "made_on": "2026-07-06",
    "partner": {
        "name": "Northwind Traders",
        "tier": "Gold",
        "life_stage": "Pipeline activation",
        "manager": "Carla Mendes",
    },
    "vendor": {"name": "Acme", "brand": "#1f6fb2", "accent": "#e0a100", "currency": "USD"},
    "review": {
        "label": "FY2026 Q2",
        "next_label": "FY2026 Q3",
        "fiscal_year": "FY2026",
        "start": "2026-04-01",
        "end": "2026-06-30",
        "year_start": "2026-01-01",
        "year_end": "2026-12-31",
        "meeting_on": "2026-07-14",
        "attendees": "Carla Mendes (Acme), Nora North (Northwind), Ben Boot (Northwind)",
    },
    "commitments": {
        "label": "Last commitments",
        "why": "",
        "kept": figure("Commitments kept", "0.6667", "ratio", status="red"),
        "rows": [
            {
                "side": "Northwind Traders",
                "text": "Certify two more technical people for the security line",
                "owner": "Nora North",
                "due": "2026-05-31",
                "state": "Done",
                "status": "green",
            },
            {
                "side": "Acme",
                "text": "Joint seminar in Hamburg with a speaker from product management",
                "owner": "Carla Mendes",
                "due": "2026-06-15",
                "state": "Done",
                "status": "green",
            },
            {
                "side": "Northwind Traders",
                "text": "Name a marketing contact for the campaign calendar",
                "owner": "Ben Boot",
                "due": "2026-06-01",
                "state": "In progress, late",
                "status": "red",
            },
        ],
    },
    "summary": {
        "headline": [
            figure("Performance to plan", "1.0541", "ratio", status="green"),
            missing("Pipeline to target", "ratio", NO_PIPELINE),
            figure("Attainment of Platinum", "0.6120", "ratio", status="red"),
            figure("Capabilities score", "71.4", "score", status="yellow"),
        ],
        "changes": [
            {
                "label": "Net revenue of the quarter",
                "unit": "money",
                "before": "264860.65",
                "now": "311832.20",
                "share": "0.1773",
            },
            {"label": "Capabilities: Sales readiness", "unit": "score", "before": "58.0", "now": "71.5"},
            {"label": "Capabilities: Marketing", "unit": "score", "before": "66.0", "now": "55.5"},
        ],
    },
    "performance": {
        "label": "Performance to plan",
        "why": "",
        "months": [
            {
                "month": f"2026-{i + 1:02d}",
                "target": figure("Target", TARGETS[i], "money")
                if i < len(TARGETS)
                else missing("Target of a month", "money", "no target is agreed for this month"),
                "actual": figure("Actual", ACTUALS[i], "money") if i < len(ACTUALS) else missing("Actual", "money", ""),
            }
            for i in range(12)
        ],
        "periods": [
            period("FY2026 Q1", "257000.00", "264860.65", "7860.65", "1.0306", "green"),
            period("FY2026 Q2", "290000.00", "311832.20", "21832.20", "1.0753", "green"),
            period("Year to date", "547000.00", "576692.85", "29692.85", "1.0543", "green", is_total=True),
        ],
        "lines": [
            {
                "line": name,
                "target": figure(name, target, "money")
                if target
                else missing(f"Target of {name}", "money", "no target is agreed for this line"),
                "actual": figure(name, actual, "money"),
            }
            for name, target, actual in (
                ("Security", "150000.00", "181220.15"),
                ("Networking", "90000.00", "84112.05"),
                ("Storage", None, "46500.00"),
            )
        ],
    },
    "pipeline": {"label": "Pipeline to target", "why": NO_PIPELINE},
    "deals": {
        "label": "Deals won and lost",
        "why": "",
        "tiles": [
            figure("Deals registered", "3", "count"),
            figure("Deals won", "0", "count"),
            figure("Win rate", "0.0000", "ratio"),
            missing("Average deal size", "money", "No deal was won in the quarter"),
            missing("Average sales cycle", "days", "No deal was won in the quarter"),
        ],
        "year_ago": {
            "period": "FY2025 Q2",
            "tiles": [
                figure("Deals registered", "5", "count"),
                figure("Deals won", "2", "count"),
                figure("Win rate", "0.5000", "ratio"),
                figure("Average deal size", "41200.00", "money"),
                figure("Average sales cycle", "61.5", "days"),
            ],
        },
        "losses": [{"reason": "Price", "count": figure("", "2", "count"), "amount": figure("", "88000.00", "money")}],
    },
    "program": {
        "label": "Program level",
        "why": "",
        "held": "Gold",
        "qualifying": "Gold",
        "next_attainment": figure("Attainment of Platinum", "0.6120", "ratio", status="red"),
        "progress": figure("Progress through all levels", "0.9030", "ratio"),
        "absent": [
            missing("Certifications by kind", "count", "certifications are not kept yet"),
            missing("Required tasks", "count", "tasks are not kept yet"),
        ],
        "tiers": [
            {
                "role": "Present level",
                "name": "Gold",
                "rows": [
                    requirement("Net revenue, last 12 months", "money", "250000.00", "1081220.40", "1.0000", None),
                    requirement(
                        "People with a sales certification", "count", "2", None, "0.0000", "2", "not measured yet"
                    ),
                    requirement(
                        "People with a technical certification", "count", "2", None, "0.0000", "2", "not measured yet"
                    ),
                    requirement(
                        "Deals registered, last 12 months", "count", "6", None, "0.0000", "6", "not measured yet"
                    ),
                    requirement("Business plan approved", "flag", "1", None, "0.0000", "1", "not measured yet"),
                    requirement("Capabilities score", "score", "60.0", "71.4", "1.0000", None),
                ],
            },
            {
                "role": "Next level",
                "name": "Platinum",
                "rows": [
                    requirement("Net revenue, last 12 months", "money", "1000000.00", "1081220.40", "1.0000", None),
                    requirement(
                        "People with a sales certification", "count", "4", None, "0.0000", "4", "not measured yet"
                    ),
                    requirement(
                        "People with a technical certification", "count", "6", None, "0.0000", "6", "not measured yet"
                    ),
                    requirement(
                        "Deals registered, last 12 months", "count", "12", None, "0.0000", "12", "not measured yet"
                    ),
                    requirement("Business plan approved", "flag", "1", None, "0.0000", "1", "not measured yet"),
                    requirement("Business reviews held, last 12 months", "count", "4", "1", "0.2500", "3"),
                    requirement("Capabilities score", "score", "75.0", "71.4", "0.9520", "3.6"),
                    requirement("Open compliance items", "count", "0", None, "0.0000", None, "not measured yet"),
                ],
            },
        ],
    },
    "capabilities": {
        "label": "Capabilities scorecard",
        "why": "",
        "assessed_on": "2026-06-12",
        "previous_on": "2026-01-20",
        "overall": figure("Capabilities score", "71.4", "score", status="yellow"),
        "previous_overall": figure("Capabilities score before", "64.0", "score", status="yellow"),
        "categories": [
            {"category": name, "score": figure(name, now, "score"), "previous": figure(name, before, "score")}
            for name, now, before in (
                ("Business and commitment", "78.0", "70.0"),
                ("Sales readiness", "71.5", "58.0"),
                ("Technical readiness", "82.0", "81.0"),
                ("Marketing", "55.5", "66.0"),
                ("Service and support", "74.0", "60.5"),
            )
        ],
        "topics": [
            topic("Demand generation", "40.0", "red", "85.0", "45.0", "52.3"),
            topic("Digital marketing skills", "45.0", "red", "80.0", "35.0", "61.0"),
            topic("Pipeline management", "55.0", "yellow", "85.0", "30.0", "58.8"),
            topic("Executive sponsorship and joint planning", "60.0", "yellow", "90.0", "30.0", None),
            topic("Certified sales people", "62.0", "yellow", "90.0", "28.0", "60.1"),
            topic("Customer references", "60.0", "yellow", "85.0", "25.0", "55.0"),
            topic("Solution selling", "66.0", "yellow", "85.0", "19.0", "63.4"),
            topic("Support processes", "70.0", "yellow", "88.0", "18.0", "69.0"),
            topic("Renewals", "76.0", "green", "90.0", "14.0", "71.2"),
            topic("Pre-sales staffing", "80.0", "green", "90.0", "10.0", "72.0"),
        ],
    },
    "action_plan": {
        "label": "Improvement plan",
        "why": "",
        "tiles": [
            figure("Open actions", "4", "count"),
            figure("Late", "1", "count", status="red"),
            figure("Completion", "0.5000", "ratio", status="red"),
        ],
        "rows": [
            {
                "topic": "Demand generation",
                "text": "Run one campaign per quarter with a named owner and a lead target; review after 30 days",
                "owner": "Nora North",
                "due": "2026-06-20",
                "state": "In progress, late",
                "status": "red",
            },
            {
                "topic": "Pipeline management",
                "text": "Weekly pipeline call of 30 minutes with both sales leads",
                "owner": "Ben Boot",
                "due": "2026-07-31",
                "state": "In progress",
                "status": "yellow",
            },
            {
                "topic": "Certified sales people",
                "text": "Two people through the sales certification",
                "owner": "",
                "due": "2026-09-30",
                "state": "Not started",
                "status": "grey",
            },
            {
                "topic": "Customer references",
                "text": "Publish one reference story per product line",
                "owner": "Carla Mendes",
                "due": "2026-08-31",
                "state": "Not started",
                "status": "grey",
            },
        ],
    },
    "people": {"label": "People and engagement", "why": "engagement and satisfaction are not measured yet"},
}


def figures(**changes: Any) -> dict[str, Any]:
    """A copy of the sample, with some of its parts replaced."""
    return {**copy.deepcopy(FIGURES), **changes}
