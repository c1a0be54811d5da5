"""The catalogue of KPIs, their settings over time, and the weights, as pages print them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from partners.models import Partner
from prm.kernel.numbers import HUNDRED
from prm.kernel.web.format import Formatter, formatter
from prm.kernel.words import own
from scorecards.models import KpiDefinition, KpiSetting, KpiTarget, StageWeights
from scorecards.queries import CATEGORIES, COMPONENTS
from scorecards.rows.kpis import write_value


@dataclass(frozen=True)
class ShownSetting:
    """How a KPI is judged, in words."""

    name: str
    url: str
    kind: str
    formula: str
    target: str
    borders: str
    stages: str
    since: str = ""
    by: str = ""
    is_held: bool = False
    in_use: bool = True


@dataclass(frozen=True)
class ShownCategory:
    name: str
    kpis: tuple[ShownSetting, ...]


def _shown(write: Formatter, kpi: KpiDefinition, setting: KpiSetting, held: KpiSetting | None = None) -> ShownSetting:
    with_target = setting.target_kind != KpiSetting.TargetKind.NONE
    border = "ratio" if with_target else kpi.unit
    borders = _("green %(green)s, yellow %(yellow)s") % {
        "green": write.percent(setting.green, 0) if with_target else write_value(write, setting.green, border),
        "yellow": write.percent(setting.yellow, 0) if with_target else write_value(write, setting.yellow, border),
    }
    stages = dict(Partner.LifeStage.choices)
    return ShownSetting(
        name=kpi.name,
        url=kpi.get_absolute_url(),
        kind=str(kpi.get_kind_display()),
        formula=kpi.formula,
        target=write_value(write, setting.target, kpi.unit) if setting.target is not None else "",
        borders=f"{borders} {_('of the target')}" if with_target else borders,
        stages=", ".join(str(stages[stage]) for stage in setting.life_stages if stage in stages),
        since=write.day(setting.valid_from) if setting.valid_from.year > 2000 else _("the beginning"),
        by=setting.set_by.user.name if setting.set_by_id and setting.set_by else "",
        is_held=held is not None and setting.pk == held.pk,
        in_use=setting.in_use,
    )


def present_catalogue(settings: Sequence[KpiSetting]) -> list[ShownCategory]:
    write = formatter()
    return [
        ShownCategory(
            str(category.label),
            tuple(_plain(write, one) for one in settings if one.kpi.category == category),
        )
        for category in CATEGORIES
    ]


def catalogue_table(settings: Sequence[KpiSetting]) -> list[list[str]]:
    """The catalogue as rows of a file."""
    return [
        [category.name, one.name, one.kind, one.formula, one.target, one.borders, one.stages]
        for category in present_catalogue(settings)
        for one in category.kpis
    ]


def _plain(write: Formatter, setting: KpiSetting) -> ShownSetting:
    setting.set_by_id = None  # the list names nobody, and asks for nobody
    return _shown(write, setting.kpi, setting)


def present_settings(kpi: KpiDefinition, settings: Sequence[KpiSetting], held: KpiSetting | None) -> list[ShownSetting]:
    write = formatter()
    return [_shown(write, kpi, setting, held) for setting in settings]


def present_shared(kpi: KpiDefinition, targets: Sequence[KpiTarget]) -> list[dict[str, str]]:
    write = formatter()
    return [
        {
            "who": target.tier.name if target.tier else own("All partners"),
            "period": f"{target.month:%Y-%m}" if target.month else f"FY{target.fiscal_year}",
            "value": write_value(write, target.value, kpi.unit),
            "source": str(target.get_source_display()),
        }
        for target in targets
    ]


def present_weights(
    held: Mapping[str, StageWeights], typed: Mapping[str, str], problems: Mapping[str, str]
) -> list[dict[str, Any]]:
    """One row a life-stage, the one for all others last; weights as they are typed."""
    rows = []
    for stage, label in (*Partner.LifeStage.choices, ("", _("All others"))):
        weights = held.get(stage)
        cells = []
        for name, (title, _measure, _factor) in COMPONENTS.items():
            kept = Decimal(weights.weights.get(name, "0")) if weights else Decimal(0)
            cells.append(_cell(stage, name, f"{label}, {title}", kept, typed, problems) | {"short": str(title)})
        share = weights.min_share * HUNDRED if weights else Decimal(50)
        cells.append(
            _cell(stage, "share", f"{label}, {_('covered at least')}", share, typed, problems)
            | {"short": _("Covered at least, %")}
        )
        rows.append({"label": str(label), "cells": cells})
    return rows


def _cell(
    stage: str, name: str, label: str, kept: Decimal, typed: Mapping[str, str], problems: Mapping[str, str]
) -> dict[str, str]:
    key = f"w-{stage}-{name}"
    text = format(kept.normalize(), "f").replace(".", formatter().separators[1])
    return {"name": key, "label": label, "text": typed.get(key, text), "problem": problems.get(key, "")}
