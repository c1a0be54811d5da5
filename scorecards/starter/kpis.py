"""The KPIs a new vendor starts with: the catalogue, how each is judged, and the weights of the composite score."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from scorecards.models import KpiDefinition, KpiSetting, StageWeights

STARTER = Path(__file__).with_name("kpis.yaml")
SINCE = dt.date(2000, 1, 1)  # before all history, so that every day has a setting


@cache
def catalogue() -> dict[str, Any]:
    return yaml.safe_load(STARTER.read_text(encoding="utf-8"))


def starter_topics() -> list[tuple[str, str]]:
    """The topics of the scorecard that the starter KPIs read: code and name."""
    return [
        (kpi["topic"], kpi["name"]) for group in catalogue()["categories"] for kpi in group["kpis"] if "topic" in kpi
    ]


def copy_kpis() -> int:
    """Copy the starter KPIs and weights into the current tenant; what is there already stays. Returns how many came."""
    content = catalogue()
    present = set(KpiDefinition.objects.values_list("code", flat=True))
    definitions, settings = [], []
    for group in content["categories"]:
        for order, kpi in enumerate(group["kpis"], start=1):
            if kpi["code"] in present:
                continue
            definition = _definition(group["code"], order, kpi)
            borders = content["borders"]["target" if "target" in kpi else "score"]
            kind = _target_kind(kpi)
            definitions.append(definition)
            settings.append(
                KpiSetting(
                    kpi=definition,
                    valid_from=SINCE,
                    life_stages=group["life_stages"],
                    target_kind=kind,
                    target=Decimal(kpi["target"]) if kind == "fixed" else None,
                    green=Decimal(borders["green"]),
                    yellow=Decimal(borders["yellow"]),
                )
            )
    KpiDefinition.objects.bulk_create(definitions)
    KpiSetting.objects.bulk_create(settings)
    if not StageWeights.objects.exists():
        composite = content["composite"]
        StageWeights.objects.bulk_create(
            StageWeights(life_stage=stage, valid_from=SINCE, weights=weights, min_share=Decimal(composite["min_share"]))
            for stage, weights in composite["weights"].items()
        )
    return len(definitions)


def _target_kind(kpi: dict[str, Any]) -> str:
    """One target for all stands in the catalogue; `per_partner` leaves it to people."""
    target = kpi.get("target")
    return "none" if target is None else target if target == "per_partner" else "fixed"


def _definition(category: str, order: int, kpi: dict[str, Any]) -> KpiDefinition:
    is_topic = "topic" in kpi
    return KpiDefinition(
        code=kpi["code"],
        category=category,
        order=order,
        name=kpi["name"],
        kind=KpiDefinition.Kind.TOPIC if is_topic else KpiDefinition.Kind.METRIC,
        measure=kpi["topic"] if is_topic else kpi["measure"],
        formula="score of the topic in the latest scorecard, at most 12 months old" if is_topic else kpi["formula"],
        unit=kpi.get("unit", "score"),
    )
