"""Publishing peer figures, at night, so that no partner's score can be worked out from them.

Two moments compared must not tell who changed: a group is published anew only when more than `min_peers` of its
members have come, gone or filled in again since it was published last (decision 0014).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from prm.kernel import clock
from prm.kernel.events import plain
from prm.kernel.numbers import total_of
from scorecards.models import PeerGroup, PeerShare
from scorecards.queries import OVERALL, REST, Contribution, contributions, group_name, least_by_bank

Key = tuple[str, str, str]  # kind, questionnaire, name of the group


@transaction.atomic
def release_peers(on: dt.date) -> int:
    """Publish the groups of peers that have changed enough; returns how many. Twice a night changes nothing more."""
    least, wanted = least_by_bank(), _groups(on)
    present = {(g.kind, g.bank, g.name): g for g in PeerGroup.objects.select_for_update().order_by("pk")}
    shares: dict[UUID, set[tuple[UUID, UUID]]] = defaultdict(set)
    for group_id, *share in PeerShare.objects.values_list("group", "partner", "assessment_ref"):
        shares[group_id].add((share[0], share[1]))
    for key, group in present.items():
        if group.is_shown and key not in wanted:  # too few are left; what was published is taken back
            group.is_shown = False
            group.save(update_fields=["is_shown", "updated_at"])
    released = 0
    for key, members in wanted.items():
        there = present.get(key)
        if there is None:
            there = PeerGroup(kind=key[0], bank=key[1], name=key[2])
        else:
            changed = {(m.partner_id, m.assessment_id) for m in members} ^ shares[there.pk]
            if len({partner_id for partner_id, _ in changed}) <= least[key[1]]:
                continue
        _publish(there, members)
        released += 1
    return released


def _groups(on: dt.date) -> dict[Key, list[Contribution]]:
    """Every partner in one group: that of its type and tier where it is large enough, else with all such others."""
    least, found = least_by_bank(), contributions(on)
    sizes = Counter((one.kind, one.bank, group_name(one.type, one.tier_id)) for one in found)
    groups: dict[Key, list[Contribution]] = defaultdict(list)
    for one in found:
        own = (one.kind, one.bank, group_name(one.type, one.tier_id))
        groups[own if sizes[own] >= least[one.bank] else (one.kind, one.bank, REST)].append(one)
    return {key: members for key, members in groups.items() if len(members) >= least[key[1]]}


def _publish(group: PeerGroup, members: Sequence[Contribution]) -> None:
    by_code: dict[str, list[Decimal]] = defaultdict(list)
    for member in members:
        for code, score in member.scores.items():
            by_code[code].append(score)
    group.figures = plain(
        {code: [len(found), total_of(found), *sorted(found, reverse=True)[:2]] for code, found in by_code.items()}
    )
    group.overalls = plain(sorted(by_code[OVERALL]))
    group.is_shown, group.released_at = True, clock.now()
    group.save()
    PeerShare.objects.filter(group=group).delete()
    PeerShare.objects.bulk_create(
        PeerShare(group=group, partner_id=m.partner_id, assessment_ref=m.assessment_id, scores=plain(m.scores))
        for m in members
    )
