"""KPIs: how they are judged and weighed from a day on, what is asked of whom, and values entered by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from partners.models import Partner, Tier
from partners.registries import measures
from prm.kernel import clock
from prm.kernel.errors import Conflict, Invalid
from prm.kernel.events import record
from prm.kernel.models import Membership
from prm.kernel.policies import require
from prm.kernel.tenancy.context import vendor_scope
from prm.kernel.text import clean_text
from sales.actions import decide
from sales.models import Proposal
from scorecards.models import (
    KpiActual,
    KpiDefinition,
    KpiSetting,
    KpiTarget,
    KpiTargetProposal,
    PartnerKpiTarget,
    StageWeights,
)
from scorecards.queries import COMPONENTS

LARGEST = Decimal("1e12")
Kind, Direction, TargetKind = KpiDefinition.Kind, KpiDefinition.Direction, KpiSetting.TargetKind


class PastDay(Conflict):
    """A change holds from today or from a later day: what was shown for past days stays as it was."""

    code = "past_day"
    status = 400


# --- definitions --------------------------------------------------------------------------------------------


@transaction.atomic
def add_kpi(
    name: str,
    *,
    by: Membership | None,
    category: str,
    kind: str,
    unit: str,
    direction: str,
    measure: str = "",
    formula: str = "",
    **setting: Any,
) -> KpiDefinition:
    """Add a KPI: entered by hand, computed by a measure that is lent, or a topic of the scorecard."""
    require(by, "scorecards.add_kpi")
    name = clean_text(name)
    code = slugify(name).replace("-", "_")[:60]
    if not code or KpiDefinition.objects.filter(code=code).exists():
        raise Invalid("There is a KPI of that name already, or the name has no letters.", field="name")
    if kind == Kind.METRIC and measure not in measures:
        raise Invalid("Choose what is measured.", field="measure")
    order = KpiDefinition.objects.filter(category=category).count() + 1
    kpi = KpiDefinition(
        code=code,
        category=category,
        order=order,
        name=name,
        kind=kind,
        unit=unit,
        direction=direction,
        measure="" if kind == Kind.ENTERED else measure,
        formula=clean_text(formula),
    )
    kpi.full_clean()
    kpi.save(force_insert=True)
    _keep_setting(kpi, by=by, valid_from=clock.today(), **setting)
    return record(kpi, "kpi.added", by=by, kpi=kpi.name, vendor_only=True)


@transaction.atomic
def set_kpi(kpi: KpiDefinition, *, by: Membership | None, valid_from: dt.date, **setting: Any) -> KpiSetting:
    """Set how a KPI is judged and where it is used, from a day on. Days before keep what held then."""
    require(by, "scorecards.set_kpi", kpi)
    _not_past(valid_from)
    kept = _keep_setting(kpi, by=by, valid_from=valid_from, **setting)
    record(kpi, "kpi.set", by=by, kpi=kpi.name, valid_from=valid_from, vendor_only=True)
    return kept


def _keep_setting(
    kpi: KpiDefinition,
    *,
    by: Membership | None,
    valid_from: dt.date,
    target_kind: str,
    green: Decimal,
    yellow: Decimal,
    target: Decimal | None = None,
    life_stages: Iterable[str] = (),
    in_use: bool = True,
) -> KpiSetting:
    if target_kind == TargetKind.FIXED and target is None:
        raise Invalid("Give the target that holds for all.", field="target")
    for name, number in (("green", green), ("yellow", yellow), ("target", target)):
        _finite(number, name)
    worse = yellow > green if kpi.direction == Direction.HIGHER else yellow < green
    if worse:
        raise Invalid("Yellow lies between green and red.", field="yellow")
    unknown = set(life_stages) - set(Partner.LifeStage.values)
    if unknown:
        raise Invalid(f"There is no life-stage {min(unknown)[:40]}.", field="life_stages")
    values = {
        "target_kind": target_kind,
        "target": None if target_kind == TargetKind.NONE else target,
        "green": green,
        "yellow": yellow,
        "life_stages": [stage for stage in Partner.LifeStage.values if stage in set(life_stages)],
        "in_use": in_use,
        "set_by": by,
    }
    KpiSetting(kpi=kpi, valid_from=valid_from, **values).full_clean(
        exclude=["kpi", "set_by"], validate_unique=False, validate_constraints=False
    )
    kept, _ = KpiSetting.objects.update_or_create(kpi=kpi, valid_from=valid_from, defaults=values)
    return kept


@transaction.atomic
def set_weights(
    life_stage: str, *, by: Membership | None, valid_from: dt.date, weights: Mapping[str, Decimal], min_share: Decimal
) -> StageWeights:
    """Set what counts how much in the composite score of a life-stage (empty: all others), from a day on."""
    require(by, "scorecards.set_weights")
    _not_past(valid_from)
    if life_stage and life_stage not in Partner.LifeStage.values:
        raise Invalid("There is no such life-stage.", field="life_stage")
    for name, weight in weights.items():
        if name not in COMPONENTS:
            raise Invalid(f"There is no component {name[:40]}.", field=name)
        if not weight.is_finite() or not 0 <= weight <= 1000:
            raise Invalid("A weight is a number from 0 to 1000.", field=name)
    if not any(weights.values()):
        raise Invalid("At least one component needs a weight.", field=next(iter(COMPONENTS)))
    if not min_share.is_finite() or not 0 <= min_share <= 1:
        raise Invalid("A share lies between 0 and 1.", field="min_share")
    kept, _ = StageWeights.objects.update_or_create(
        life_stage=life_stage,
        valid_from=valid_from,
        defaults={
            "weights": {name: str(weights.get(name, Decimal(0))) for name in COMPONENTS},
            "min_share": min_share,
            "set_by": by,
        },
    )
    return record(
        kept, "weights.set", by=by, life_stage=life_stage or "all others", valid_from=valid_from, vendor_only=True
    )


# --- targets ------------------------------------------------------------------------------------------------


@transaction.atomic
def set_kpi_target(
    kpi: KpiDefinition,
    value: Decimal | None,
    *,
    by: Membership | None,
    partner: Partner | None = None,
    tier: Tier | None = None,
    month: dt.date | None = None,
    fiscal_year: int | None = None,
) -> KpiDefinition:
    """Ask a value of one partner, of a tier, or of all, in a month or a fiscal year. None takes the target away."""
    require(by, "scorecards.set_kpi_target" if partner else "scorecards.set_kpi", partner or kpi)
    period = _period(month, fiscal_year)
    _finite(value, "value")
    scope = {"partner": partner} if partner else {"tier": tier}
    model: Any = PartnerKpiTarget if partner else KpiTarget
    if value is None:
        model.objects.filter(kpi=kpi, **scope, **period).delete()
    else:
        said = {"value": value, "source": "manual"}
        said |= {"proposed_by": by, "confirmed_by": None} if partner else {}
        model.objects.update_or_create(kpi=kpi, **scope, **period, defaults=said)
    record(
        kpi,
        "kpi.target_set",
        by=by,
        partner_id=partner.pk if partner else None,
        vendor_only=partner is None,
        kpi=kpi.name,
        value=value,
        **period,
    )
    return kpi


@transaction.atomic
def propose_kpi_target(
    kpi: KpiDefinition,
    partner: Partner,
    value: Decimal,
    *,
    by: Membership,
    month: dt.date | None = None,
    fiscal_year: int | None = None,
    comment: str = "",
) -> KpiTargetProposal:
    """Propose a target of a KPI to the other side; it counts once that confirms."""
    require(by, "scorecards.propose_kpi_target", partner)
    _finite(value, "value")
    proposal = KpiTargetProposal(
        kpi=kpi,
        partner=partner,
        value=value,
        side=by.side,
        proposed_by=by,
        comment=clean_text(comment),
        **_period(month, fiscal_year),
    )
    proposal.full_clean(exclude=["kpi", "partner", "proposed_by"])
    proposal.save(force_insert=True)
    return record(proposal, "kpi_target.proposed", by=by, kpi=kpi.name, value=value)


@transaction.atomic
def confirm_kpi_target(proposal: KpiTargetProposal, *, by: Membership) -> KpiTargetProposal:
    """Agree to a target that the other side proposed."""
    require(by, "scorecards.confirm_kpi_target", proposal)
    decide(proposal, Proposal.State.CONFIRMED, by=by)
    # The vendor writes targets; a partner that confirms lets one be written.
    with vendor_scope("a target of a KPI that a partner confirms"):
        PartnerKpiTarget.objects.update_or_create(
            kpi=proposal.kpi,
            partner=proposal.partner,
            **_period(proposal.month, proposal.fiscal_year),
            defaults={
                "value": proposal.value,
                "source": "manual",
                "proposed_by": proposal.proposed_by,
                "confirmed_by": by,
            },
        )
    return record(proposal, "kpi_target.confirmed", by=by, kpi=proposal.kpi.name, value=proposal.value)


@transaction.atomic
def decline_kpi_target(proposal: KpiTargetProposal, *, by: Membership, reason: str) -> KpiTargetProposal:
    """Say no to a proposed target, with the reason the other side is told."""
    require(by, "scorecards.decline_kpi_target", proposal)
    decide(proposal, Proposal.State.DECLINED, by=by, reason=reason)
    return record(proposal, "kpi_target.declined", by=by, kpi=proposal.kpi.name, reason=proposal.reason)


@transaction.atomic
def withdraw_kpi_target(proposal: KpiTargetProposal, *, by: Membership) -> KpiTargetProposal:
    """Take back a target that one's own side proposed."""
    require(by, "scorecards.withdraw_kpi_target", proposal)
    decide(proposal, Proposal.State.WITHDRAWN, by=by)
    return record(proposal, "kpi_target.withdrawn", by=by, kpi=proposal.kpi.name)


# --- values entered by hand ---------------------------------------------------------------------------------


@transaction.atomic
def enter_kpi(
    kpi: KpiDefinition, partner: Partner, value: Decimal | None, *, month: dt.date, by: Membership | None
) -> KpiDefinition:
    """Enter the value of a KPI for a month, where nothing computes it. None takes the value away."""
    require(by, "scorecards.enter_kpi", partner)
    _finite(value, "value")
    if month.day != 1 or month > clock.today():
        raise Invalid("A value is entered for a month that has begun: give its first day.", field="month")
    if value is None:
        KpiActual.objects.filter(kpi=kpi, partner=partner, month=month).delete()
    else:
        said = {"value": value, "source": "manual", "entered_by": by}
        KpiActual.objects.update_or_create(kpi=kpi, partner=partner, month=month, defaults=said)
    record(kpi, "kpi.entered", by=by, partner_id=partner.pk, kpi=kpi.name, value=value, month=month)
    return kpi


def _not_past(day: dt.date) -> None:
    if day < clock.today():
        raise PastDay(field="valid_from")


def _period(month: dt.date | None, fiscal_year: int | None) -> dict[str, Any]:
    if (month is None) == (fiscal_year is None):
        raise Invalid("A target is for a month or for a fiscal year.", field="fiscal_year")
    if month is not None and month.day != 1:
        raise Invalid("A month is given by its first day.", field="month")
    if fiscal_year is not None and not 1990 < fiscal_year < 3000:
        raise Invalid("There is no such fiscal year.", field="fiscal_year")
    return {"month": month, "fiscal_year": fiscal_year}


def _finite(number: Decimal | None, field: str) -> None:
    if number is not None and (not number.is_finite() or abs(number) >= LARGEST):
        raise Invalid("This is no number that can be kept.", field=field)
