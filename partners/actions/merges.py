"""Merging two partners that are one company, and taking it back within thirty days."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import transaction
from django.db.models import Q

from partners.actions.company import named
from partners.actions.sponsors import SPONSORS, OneLevel
from partners.merging import Rows, detach, follow_links, key_of, references, rows_of, staying
from partners.models import Merge, Partner, PartnerProfile
from partners.models.merges import UNDO_DAYS
from partners.profile_fields import FIELDS
from prm.kernel import clock
from prm.kernel.errors import Conflict, Invalid
from prm.kernel.events import plain, record
from prm.kernel.lifecycle import touch
from prm.kernel.models import Membership
from prm.kernel.policies import require

MERGED_FIELDS = ("name", "domain", "country", "regions", "territory", "type", "other_types", "source")


class SamePartner(Invalid):
    """A partner cannot be merged with itself."""

    code = "same_partner"


class AlreadyMerged(Conflict):
    """One of the two is part of another partner already."""

    code = "already_merged"


class OneSponsorsTheOther(Conflict):
    """One of the two sponsors the other. Change the sponsor first."""

    code = "one_sponsors_the_other"


class OpenMerge(Conflict):
    """A partner was merged into the one that would go, and that can still be taken back. Take it back first."""

    code = "open_merge"


class TooLate(Conflict):
    """A merge can be taken back for thirty days; this one is older."""

    code = "too_late"


class AlreadyUndone(Conflict):
    """This merge was taken back already."""

    code = "already_undone"


@transaction.atomic
def merge_partners(
    keep: Partner, other: Partner, *, by: Membership | None, choices: Mapping[str, str] | None = None
) -> Merge:
    """Make `other` part of `keep`: its rows move, its people with them; its number leads to `keep`.

    `choices` names the values that survive: a field of the record, or `profile.` and one of the profile, to
    "other" (or "keep", as without). What has no room beside the rows of `keep` stays with `other`.
    """
    require(by, "partners.merge_partners", keep)
    if keep.pk == other.pk:
        raise SamePartner()
    keep, other = _locked(keep, other)
    _refuse(keep, other)
    taken = _checked(choices or {})
    merge = Merge(keep=keep, other=other, by=by, at=clock.now(), choices=dict(choices or {}))
    touch(keep)
    merge.before, merge.after = _take_over(keep, other, taken)
    _refuse_second_level(keep, other)
    stay = staying(keep, other)
    merge.stayed = {model._meta.label: sorted(map(str, ids)) for model, ids in stay.items() if ids}
    merge.detached = detach(other, stay)
    merge.paused = _pause(stay)
    for model, field in references():
        ids = set(rows_of(model).filter(**{field.name: other}).values_list("pk", flat=True)) - stay[model]
        if ids:
            rows_of(model).filter(pk__in=ids).update(**{field.name: keep})
            merge.moved[key_of(model, field)] = sorted(map(str, ids))
    rows_of(Partner).filter(pk=other.pk).update(merged_into=keep)
    merge.save(force_insert=True)
    record(keep, "partner.merged", by=by, other=other.name, number=other.number)
    return merge


@transaction.atomic
def undo_merge(merge: Merge, *, by: Membership | None) -> Merge:
    """Make two of one again: what moved goes back, with what was added to it since; chosen values become the former
    ones where nobody changed them."""
    require(by, "partners.undo_merge", merge)
    keep, other = _locked(merge.keep, merge.other)
    merge = Merge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    if merge.undone_at is not None:
        raise AlreadyUndone()
    if clock.now() > merge.at + dt.timedelta(days=UNDO_DAYS):
        raise TooLate()
    if keep.merged_into_id is not None or other.merged_into_id != keep.pk:
        raise AlreadyMerged()
    going = _going_back(merge, keep)
    detach(keep, going)
    for model, field in references():
        ids = {UUID(pk) for pk in merge.moved.get(key_of(model, field), ())}
        if field.column == "partner_id":
            ids |= going[model]
        rows_of(model).filter(pk__in=ids, **{field.name: keep}).update(**{field.name: other})
    _attach_again(merge, other)
    rows_of(Membership).filter(pk__in=merge.paused).update(active=True)
    touch(keep)
    _give_back(merge, keep)
    rows_of(Partner).filter(pk=other.pk).update(merged_into=None)
    merge.undone_at, merge.undone_by = clock.now(), by
    merge.save(update_fields=["undone_at", "undone_by", "updated_at"])
    record(keep, "partner.merge_undone", by=by, other=other.name, number=other.number)
    return merge


# --- guards ----------------------------------------------------------------------------------------------


def _locked(keep: Partner, other: Partner) -> tuple[Partner, Partner]:
    """Both, held in the order of their ids, so that two who merge at the same time wait for one another."""
    pair = rows_of(Partner).select_for_update(of=("self",)).filter(pk__in=[keep.pk, other.pk]).order_by("pk")
    held = {partner.pk: partner for partner in pair}
    return held[keep.pk], held[other.pk]


def _refuse(keep: Partner, other: Partner) -> None:
    if keep.merged_into_id or other.merged_into_id:
        raise AlreadyMerged()
    if other.pk == keep.sponsor_id or keep.pk == other.sponsor_id:
        raise OneSponsorsTheOther()
    since = clock.now() - dt.timedelta(days=UNDO_DAYS)
    if Merge.objects.filter(keep=other, undone_at=None, at__gte=since).exists():
        raise OpenMerge()


def _refuse_second_level(keep: Partner, other: Partner) -> None:
    if not Partner.objects.filter(sponsor=other).exists():
        return
    if keep.sponsor_id is not None or not SPONSORS & {keep.type, *keep.other_types}:
        raise OneLevel(f"{other.name} sponsors others, which {keep.name} cannot.")


def _checked(choices: Mapping[str, str]) -> list[str]:
    known = {*MERGED_FIELDS, *(f"profile.{name}" for name in FIELDS)}
    for name, choice in choices.items():
        if name not in known or choice not in ("keep", "other"):
            raise Invalid(f"There is no choice {name}: {choice}.", field="choices")
    return sorted(name for name, choice in choices.items() if choice == "other")


# --- values ----------------------------------------------------------------------------------------------


def _take_over(keep: Partner, other: Partner, taken: list[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give `keep` the chosen values; returns them as they were and as they are, with who said what."""
    mine, theirs = (
        PartnerProfile.objects.filter(partner=p).first() or PartnerProfile(partner=p) for p in (keep, other)
    )
    before: dict[str, Any] = {}
    for name in taken:
        place, source, column = _place(name, keep, mine), _place(name, other, theirs), _column(name)
        before[name] = plain(getattr(place, column))
        setattr(place, column, getattr(source, column))
        if place is mine:
            before[f"sources.{column}"] = mine.sources.get(column, [])
            mine.sources[column] = theirs.sources.get(column, [])
    _save(keep, mine, taken)
    return before, {name: plain(getattr(_place(name, keep, mine), _column(name))) for name in taken}


def _give_back(merge: Merge, keep: Partner) -> None:
    mine = PartnerProfile.objects.filter(partner=keep).first() or PartnerProfile(partner=keep)
    unchanged = []
    for name, value in merge.after.items():
        place, column = _place(name, keep, mine), _column(name)
        if plain(getattr(place, column)) != value:
            continue
        unchanged.append(name)
        field: Any = place._meta.get_field(column)
        setattr(place, column, field.to_python(merge.before[name]))
        if place is mine:
            mine.sources[column] = merge.before[f"sources.{column}"]
    _save(keep, mine, unchanged)


def _save(keep: Partner, profile: PartnerProfile, names: list[str]) -> None:
    if any(not name.startswith("profile.") for name in names):
        named(keep, keep.name)
        keep.save(update_fields=[*MERGED_FIELDS, "sort_name", "normalised_name", "updated_at"])
    if any(name.startswith("profile.") for name in names):
        profile.save()


def _place(name: str, partner: Partner, profile: PartnerProfile) -> Any:
    return profile if name.startswith("profile.") else partner


def _column(name: str) -> str:
    column = name.removeprefix("profile.")
    return "territory_id" if column == "territory" else column


# --- rows ------------------------------------------------------------------------------------------------


def _pause(stay: Rows) -> list[str]:
    """Who is a member of both goes on as a member of the one that is kept."""
    paused = rows_of(Membership).filter(pk__in=stay[Membership], active=True)
    ids = sorted(str(pk) for pk in paused.values_list("pk", flat=True))
    paused.update(active=False)
    return ids


def _going_back(merge: Merge, keep: Partner) -> Rows:
    """What moved and is still there, and what was tied to it since."""
    going: Rows = defaultdict(set)
    for model, field in references():
        if field.column == "partner_id":
            ids = merge.moved.get(key_of(model, field), ())
            going[model] = set(rows_of(model).filter(Q(partner=keep), pk__in=ids).values_list("pk", flat=True))
    follow_links(going, keep)
    return going


def _attach_again(merge: Merge, other: Partner) -> None:
    """Put back the references that were taken off, where nothing else stands there now."""
    for key, torn in merge.detached.items():
        label, _, name = key.rpartition(".")
        model: Any = apps.get_model(label)
        target: Any = model._meta.get_field(name).related_model
        back = set(rows_of(target).filter(partner=other, pk__in=torn.values()).values_list("pk", flat=True))
        for pk, at in torn.items():
            if UUID(at) in back:
                rows_of(model).filter(pk=pk, partner=other, **{name: None}).update(**{f"{name}_id": at})
