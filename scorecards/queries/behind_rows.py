"""The rows that figures of the performance scorecard are made of, as far as a member may see them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Subquery, Sum
from django.utils.translation import gettext as _

from partners.models import Partner, Task
from partners.registries import measures
from prm.kernel.models import Membership
from prm.kernel.numbers import ZERO, money
from prm.kernel.periods import FiscalQuarter, add_days, add_months, month_end, month_start
from prm.kernel.policies import permits
from prm.kernel.tenancy.context import current_tenant
from sales.models import SalesActual, Target
from scorecards.models import Answer, Assessment, KpiActual
from scorecards.queries.measures import KpiFigure
from scorecards.queries.performance import PerformanceCard, PlanFigure, required_tasks
from scorecards.queries.results import FINISHED, VALID_MONTHS

SHOWN = 500  # rows of one table; how many more there are is said


@dataclass(frozen=True)
class RowTable:
    """Rows of one kind. `total` is the sum that goes into the figure; `more` rows are left out of sight."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[dict[str, Any], ...]
    total: Decimal | None = None
    more: int = 0
    note: str = ""


@dataclass(frozen=True)
class BehindRows:
    """The rows of one partner that a member may see, up to the day of the card."""

    card: PerformanceCard
    partner: Partner
    member: Membership

    def span(self, plan: PlanFigure) -> tuple[dt.date, dt.date]:
        """First and last day that count for a figure of the plan; nothing counts where the end is before the start."""
        if plan.kind == "month":
            return month_start(plan.label), min(month_end(plan.label), self.card.on)
        sales = self.card.sales
        period = sales.year if plan.kind == "year" else sales.quarters[int(plan.key.partition(":")[2]) - 1]
        closed = [m.month for m in sales.months if m.is_closed and period.start <= month_start(m.month) <= period.end]
        return period.start, month_end(closed[-1]) if closed else period.start - dt.timedelta(days=1)

    def bookings(self, start: dt.date, end: dt.date) -> RowTable:
        title, columns = _("Bookings"), ("booked_on", "line", "kind", "amount", "number")
        if not permits(self.member, "sales.view_actual", None):
            return RowTable(title, columns, (), note=_("Your role does not open single bookings."))
        kinds = dict(SalesActual.Kind.choices)
        booked = SalesActual.objects.visible_to(self.member).filter(
            partner=self.partner, booked_on__gte=start, booked_on__lte=end
        )
        rows, more = _first(booked.select_related("line").order_by("booked_on", "pk"))
        shown = tuple(
            {
                "booked_on": row.booked_on,
                "line": row.line.name,
                "kind": str(kinds.get(row.kind, row.kind)),
                "amount": (row.amount, "money"),
                "number": row.external_id,
            }
            for row in rows
        )
        return RowTable(title, columns, shown, money(_sum(booked) if more else _added(shown)), more)

    def targets(self, start: dt.date, end: dt.date) -> RowTable:
        title, columns = _("Targets"), ("month", "line", "amount", "source")
        if not permits(self.member, "sales.view_target", None):
            return RowTable(title, columns, (), note=_("Your role does not open single targets."))
        agreed = Target.objects.visible_to(self.member).filter(
            partner=self.partner, month__gte=start, month__lte=max(start, end)
        )
        if end < start:
            agreed = agreed.none()
        rows, more = _first(agreed.select_related("line").order_by("month", "line__name", "pk"))
        sources = dict(Target.Source.choices)
        shown = tuple(
            {
                "month": row.month.strftime("%Y-%m"),
                "line": row.line.name if row.line else _("All lines"),
                "amount": (row.amount, "money"),
                "source": str(sources.get(row.source, row.source)),
            }
            for row in rows
        )
        return RowTable(title, columns, shown, money(_sum(agreed) if more else _added(shown)), more)

    def tasks(self) -> RowTable:
        columns = ("task", "due_on", "done_on", "state")
        known = Task.objects.filter(required_tasks(self.partner.pk, self.card.on))
        rows, more = _first(
            known.filter(pk__in=Task.objects.visible_to(self.member).values("pk")).order_by("due_on", "pk")
        )
        shown = tuple(
            {"task": row.title, "due_on": row.due_on, "done_on": row.done_at, "state": str(row.get_state_display())}
            for row in rows
        )
        hidden = known.count() - len(shown) - more
        note = _("%(n)s of them belong to others and are not listed for you.") % {"n": hidden} if hidden else ""
        return RowTable(_("Required tasks due"), columns, shown, more=more, note=note)

    def answers(self, topic: str) -> RowTable:
        """The answers of the scorecard that counted on the day."""
        title, columns = _("Answers"), ("question", "answer", "score", "weight", "answered_on")
        if not permits(self.member, "scorecards.view_assessment", None):
            return RowTable(title, columns, (), note=_("Your role does not open answers."))
        found = Answer.objects.filter(
            assessment=Subquery(self._counted()), question__topic__code=topic, vendor_only=False
        )
        rows, more = _first(
            found.select_related("question").prefetch_related("question__options").order_by("question__order")
        )
        shown = tuple(
            {
                "question": row.question.text,
                "answer": _said(row),
                "score": (row.score, "score"),
                "weight": row.question.weight if row.question.scored else None,
                "answered_on": row.answered_at,
            }
            for row in rows
        )
        return RowTable(title, columns, shown, more=more)

    def _counted(self) -> QuerySet:
        latest = Assessment.objects.visible_to(self.member).filter(
            partner=self.partner,
            kind=Assessment.Kind.PARTNER,
            state__in=FINISHED,
            submitted_at__date__lte=self.card.on,
            submitted_at__date__gte=add_months(self.card.on, -VALID_MONTHS),
        )
        return latest.order_by("-submitted_at", "-created_at").values("pk")[:1]

    def entered(self, kpi: KpiFigure) -> RowTable:
        known = KpiActual.objects.filter(kpi=kpi.kpi_id, partner=self.partner, month__lte=self.card.on)
        rows, more = _first(known.order_by("-month"))
        shown = tuple(
            {
                "month": row.month.strftime("%Y-%m"),
                "value": (row.value, kpi.unit),
                "source": str(row.get_source_display()),
            }
            for row in rows
        )
        return RowTable(_("Values by month"), ("month", "value", "source"), shown, more=more)

    def lent(self, measure: str) -> list[RowTable]:
        """What the lender of a measure says it is made of."""
        if measure == "net_revenue_12m":
            return [self.bookings(add_days(add_months(self.card.on, -12), 1), self.card.on)]
        lent = measures.get(measure)
        if lent is None or lent.rows is None:
            return []
        period = FiscalQuarter.containing(self.card.on, current_tenant().fy_start_month)
        found = lent.rows(self.partner.pk, period, self.card.on)
        rows = tuple({name: _in_money(value) for name, value in row.items()} for row in found[:SHOWN])
        return [RowTable(str(lent.label), tuple(rows[0]) if rows else (), rows, more=max(0, len(found) - SHOWN))]


def _in_money(value: Any) -> Any:
    return (value, "money") if isinstance(value, Decimal) else value


def _first(rows: QuerySet) -> tuple[list[Any], int]:
    """The rows that are shown, and how many more there are; counted only when there are."""
    found = list(rows[: SHOWN + 1])
    return (found, 0) if len(found) <= SHOWN else (found[:SHOWN], rows.count() - SHOWN)


def _added(rows: Sequence[dict[str, Any]]) -> Decimal:
    return sum((row["amount"][0] for row in rows), ZERO)


def _sum(rows: QuerySet) -> Decimal:
    return rows.aggregate(total=Sum("amount"))["total"] or ZERO


def _said(answer: Answer) -> str:
    if answer.is_na:
        return _("Not applicable")
    names = {option.code: option.text for option in answer.question.options.all()}
    chosen = ", ".join(names.get(code, code) for code in answer.options)
    return chosen or answer.text
