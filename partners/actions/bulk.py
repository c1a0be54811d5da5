"""One change for many partners: every row goes through the action of the single verb, with its own permission.

First all rows are tried and taken back, so that the preview says what would happen and not what we guess; then the
rows that can change are changed, each together with the note that it was. So it may stop anywhere and go on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from partners.actions.company import assign_manager, edit_partner
from partners.actions.standing import suspend_partner
from partners.models import BulkEdit, BulkEditRow, Partner, Territory
from partners.queries.company import managers_of
from prm.kernel.errors import Invalid, Refused
from prm.kernel.events import record
from prm.kernel.jobs import end_job, start_job
from prm.kernel.lifecycle import move
from prm.kernel.models import Membership
from prm.kernel.outbox import later
from prm.kernel.policies import require
from prm.kernel.text import clean_text

LIMIT = 10_000
AT_ONCE = 100  # rows looked at in the request itself
CHUNK = 50
CHECK_TASK, RUN_TASK = "partners.check_bulk_edit", "partners.run_bulk_edit"
Outcome = BulkEditRow.Outcome


@dataclass(frozen=True)
class BulkVerb:
    """A single verb that can be done to many. `read` turns the stored text into the value once per piece of work."""

    name: str
    label: str
    read: Callable[[str], Any]
    now: Callable[[Partner], str]  # how it stands, in words
    shown: Callable[[Any], str]
    is_so: Callable[[Partner, Any], bool]
    act: Callable[[Partner, Any, Membership | None], Any]


def _choice(choices: Any, what: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in choices.values:
            raise Invalid(f"Choose {what}.", field="value")
        return text

    return read


def _found(queryset: Callable[[], Any], what: str) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        try:
            found = queryset().filter(pk=UUID(text)).first()
        except ValueError:
            found = None
        if found is None:
            raise Invalid(f"Choose {what}.", field="value")
        return found

    return read


def _tag(text: str) -> str:
    tag = clean_text(text, field="value", max_length=60)
    if not tag or "," in tag:
        raise Invalid("One region or tag, without a comma.", field="value")
    return tag


def _reason(text: str) -> str:
    reason = clean_text(text, field="value", max_length=300)
    if not reason:
        raise Invalid("Say why.", field="value")
    return reason


def _sets(field: str) -> Callable[[Partner, Any, Membership | None], Any]:
    return lambda partner, value, by: edit_partner(partner, by=by, **{field: value})


def _manager_of(partner: Partner) -> Membership | None:
    return managers_of([partner.pk]).get(partner.pk)


def _sponsor(partner: Partner, sponsor: Partner, by: Membership | None) -> Partner:
    if partner.pk == sponsor.pk:
        raise Invalid("A partner cannot sponsor itself.")
    return edit_partner(partner, by=by, sponsor=sponsor)


def _retag(partner: Partner, regions: list[str], by: Membership | None) -> Partner:
    return edit_partner(partner, by=by, regions=regions)


VERBS = {
    verb.name: verb
    for verb in (
        BulkVerb(
            "manager",
            "Account manager",
            _found(
                lambda: Membership.objects.filter(partner=None, active=True).select_related("user"),
                "an account manager",
            ),
            lambda partner: str(_manager_of(partner) or "nobody"),
            str,
            lambda partner, value: _manager_of(partner) == value,
            lambda partner, value, by: assign_manager(partner, value, by=by),
        ),
        BulkVerb(
            "type",
            "Type",
            _choice(Partner.Type, "a type"),
            lambda partner: partner.get_type_display(),
            lambda value: str(Partner.Type(value).label),
            lambda partner, value: partner.type == value,
            _sets("type"),
        ),
        BulkVerb(
            "life_stage",
            "Life-stage",
            _choice(Partner.LifeStage, "a life-stage"),
            lambda partner: partner.get_life_stage_display(),
            lambda value: str(Partner.LifeStage(value).label),
            lambda partner, value: partner.life_stage == value,
            _sets("life_stage"),
        ),
        BulkVerb(
            "territory",
            "Territory",
            _found(lambda: Territory.objects.all(), "a territory"),
            lambda partner: str(partner.territory or "none"),
            str,
            lambda partner, value: partner.territory_id == value.pk,
            _sets("territory"),
        ),
        BulkVerb(
            "sponsor",
            "Sponsor",
            _found(lambda: Partner.objects.filter(type=Partner.Type.DISTRIBUTOR), "a distributor"),
            lambda partner: str(partner.sponsor or "none"),
            str,
            lambda partner, value: partner.sponsor_id == value.pk,
            _sponsor,
        ),
        BulkVerb(
            "tag",
            "Add a region or tag",
            _tag,
            lambda partner: ", ".join(partner.regions) or "none",
            str,
            lambda partner, value: value in partner.regions,
            lambda partner, value, by: _retag(partner, [*partner.regions, value], by),
        ),
        BulkVerb(
            "untag",
            "Remove a region or tag",
            _tag,
            lambda partner: ", ".join(partner.regions) or "none",
            str,
            lambda partner, value: value not in partner.regions,
            lambda partner, value, by: _retag(partner, [r for r in partner.regions if r != value], by),
        ),
        BulkVerb(
            "suspend",
            "Suspend",
            _reason,
            lambda partner: partner.get_state_display(),
            str,
            lambda partner, value: partner.state == Partner.State.SUSPENDED,
            lambda partner, value, by: suspend_partner(partner, by=by, reason=value),
        ),
    )
}


def verb_of(name: str) -> BulkVerb:
    if name not in VERBS:
        raise Invalid("This cannot be changed for many at once.", field="verb")
    return VERBS[name]


@transaction.atomic
def start_bulk_edit(verb: str, value: str, partner_ids: Sequence[UUID], *, by: Membership) -> BulkEdit:
    """Look at what the change would do to each of these partners; nothing is changed yet.

    Few rows are looked at here, many by a worker. Ids that the member may not know of are left out.
    """
    require(by, "partners.start_bulk_edit")
    found = verb_of(verb)
    wanted = found.read(value)
    if len(partner_ids) > LIMIT:
        raise Invalid(f"At most {LIMIT:,} partners at once. Narrow the list first.")
    known = Partner.objects.visible_to(by).filter(pk__in=list(partner_ids)).order_by("sort_name", "pk")
    ids = list(known.values_list("pk", flat=True))
    if not ids:
        raise Invalid("Mark some partners first.")
    edit = BulkEdit(verb=verb, value=value, title=f"{found.label}: {found.shown(wanted)}"[:200], asked_by=by)
    edit.save()
    rows = [BulkEditRow(edit=edit, partner_id=pk, position=number) for number, pk in enumerate(ids, 1)]
    BulkEditRow.objects.bulk_create(rows, batch_size=2_000)
    if len(ids) <= AT_ONCE:
        while check_some(edit, acting=by):
            pass
    else:
        edit.job = start_job(
            "bulk_edit", f"Checking: {edit.title}", by=by, steps=len(ids), result_url=edit.get_absolute_url()
        )
        edit.save(update_fields=["job", "updated_at"])
        later(CHECK_TASK, by=by, key=f"{CHECK_TASK}:{edit.pk}", edit_id=edit.pk, job_id=edit.job.pk)
    return edit


@transaction.atomic
def run_bulk_edit(edit: BulkEdit, *, by: Membership) -> BulkEdit:
    """Make the change where the preview said that it can be made; a worker does it, row by row."""
    require(by, "partners.run_bulk_edit", edit)
    move(edit, BulkEdit.State.RUNNING)
    ready = BulkEditRow.objects.filter(edit=edit, outcome=Outcome.READY).count()
    edit.job = start_job("bulk_edit", edit.title, by=by, steps=ready, result_url=edit.get_absolute_url())
    edit.save(update_fields=["job", "updated_at"])
    later(RUN_TASK, by=by, key=f"{RUN_TASK}:{edit.pk}", edit_id=edit.pk, job_id=edit.job.pk)
    return record(edit, "bulk_edit.started", by=by, vendor_only=True, title=edit.title, partners=ready)


@transaction.atomic
def check_some(edit: BulkEdit, *, acting: Membership | None) -> int:
    """Try the next rows and take the change back; returns how many were looked at, none when all are."""
    rows = _next(edit, Outcome.WAITING)
    if not rows:
        if edit.state == BulkEdit.State.CHECKING:
            move(edit, BulkEdit.State.CHECKED)
        return 0
    verb = verb_of(edit.verb)
    value = verb.read(edit.value)
    for row in rows:
        row.outcome, row.was, row.reason = _tried(verb, value, row.partner, acting, keep=False)
    BulkEditRow.objects.bulk_update(rows, ["outcome", "was", "reason"])
    return len(rows)


@transaction.atomic
def change_some(edit: BulkEdit, *, acting: Membership | None) -> int:
    """Change the next rows that are ready, each with its note in the same transaction; none when all are done."""
    rows = _next(edit, Outcome.READY)
    if not rows:
        if edit.state == BulkEdit.State.RUNNING:
            move(edit, BulkEdit.State.DONE)
        return 0
    verb = verb_of(edit.verb)
    value = verb.read(edit.value)
    for row in rows:
        outcome, _, row.reason = _tried(verb, value, row.partner, acting, keep=True)
        row.outcome = Outcome.CHANGED if outcome == Outcome.READY else outcome
    BulkEditRow.objects.bulk_update(rows, ["outcome", "reason"])
    return len(rows)


def end_bulk_job(edit: BulkEdit, job_id: UUID | str) -> None:
    refused = BulkEditRow.objects.filter(edit=edit, outcome=Outcome.REFUSED).count()
    end_job(job_id, message=f"{refused} refused; the reasons stand in the result." if refused else "")


def _next(edit: BulkEdit, outcome: str) -> list[BulkEditRow]:
    rows = BulkEditRow.objects.filter(edit=edit, outcome=outcome).select_for_update(of=("self",))
    rows = rows.select_related("partner__territory", "partner__sponsor", "partner__tier")
    return list(rows.order_by("position")[:CHUNK])


def _tried(verb: BulkVerb, value: Any, partner: Partner, by: Membership | None, *, keep: bool) -> tuple[str, str, str]:
    """Outcome, how it stood, and why not. Without `keep` the savepoint takes everything back."""
    was = verb.now(partner)[:200]
    if verb.is_so(partner, value):
        return Outcome.UNCHANGED, was, ""
    try:
        with transaction.atomic():
            if by is not None and not Partner.objects.visible_to(by).filter(pk=partner.pk).exists():
                raise Refused("You no longer look after this partner.")
            verb.act(partner, value, by)
            if not keep:
                transaction.set_rollback(True)
    except Refused as refusal:
        return Outcome.REFUSED, was, str(refusal)[:300]
    except IntegrityError:
        return Outcome.REFUSED, was, "This does not fit this partner."
    except ValidationError as error:
        return Outcome.REFUSED, was, " ".join(error.messages)[:300]
    return Outcome.READY, was, ""
