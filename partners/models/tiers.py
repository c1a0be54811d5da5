"""Which tier a partner held from when on, what its figures said, and what is proposed for it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models.company import StandingQuerySet, Tier
from partners.models.program import Program
from prm.kernel.fields import NumericField, TextField
from prm.kernel.models import Membership
from prm.kernel.tenancy.models import PartnerReads, TenantForeignKey, TenantManager, VendorRecord


class PartnerTier(PartnerReads):
    """The tier a partner holds from a day on, with the cause. It ends where the next row begins.

    That is why two can never overlap: there is no end that could be wrong. Of several on one day `turn` says the
    order, and the last one holds. `until`: of an entry (also when an override has come between) the day before which
    it cannot fall, of an override the day on which it ends by itself;
    `returns_to`: the tier the partner would hold without the override.
    """

    stays_on_merge = True

    class Cause(models.TextChoices):
        ENTRY = "entry", _("Entry")
        EVALUATION = "evaluation", _("Evaluation")
        OVERRIDE = "override", _("Override")
        RETURN = "return", _("End of an override")
        IMPORT = "import", _("Import")

    tier = TenantForeignKey(Tier, related_name="holders")
    from_date = models.DateField()
    turn = models.PositiveSmallIntegerField(default=1)
    cause = models.CharField(max_length=12, choices=Cause)
    reason = TextField(max_length=500, blank=True)
    until = models.DateField(null=True, blank=True)
    returns_to = TenantForeignKey(Tier, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "partner", "from_date", "turn"], name="partner_tier_in_turn"),
            models.CheckConstraint(
                name="partner_tier_override_ends",
                condition=~models.Q(cause="override") | models.Q(until__gt=models.F("from_date")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tier_id} of {self.partner_id}"

    @property
    def is_override(self) -> bool:
        return self.cause == self.Cause.OVERRIDE


class TierEvaluation(PartnerReads):
    """What a partner's figures said on a day (F10): by which version, with every figure and why one is missing."""

    stays_on_merge = True

    program = TenantForeignKey(Program, related_name="evaluations")
    as_of = models.DateField()
    qualifying = TenantForeignKey(Tier, null=True, blank=True, related_name="+")
    progress = NumericField(null=True, blank=True)
    result = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "partner", "as_of"], name="evaluation_one_a_day")]
        indexes = [models.Index(fields=["tenant", "as_of", "qualifying"], name="evaluation_by_day")]

    def __str__(self) -> str:
        return f"evaluation of {self.partner_id} on {self.as_of}"


class TierNotice(PartnerReads):
    """A partner is told that it would fall to a lower tier at the yearly review, and what is missing."""

    stays_on_merge = True

    tier = TenantForeignKey(Tier, related_name="+")
    to_tier = TenantForeignKey(Tier, related_name="+")
    evaluation = TenantForeignKey(TierEvaluation, related_name="notices")
    given_on = models.DateField()
    review_on = models.DateField()
    withdrawn_on = models.DateField(null=True, blank=True)
    reviewed_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "partner", "review_on"], name="notice_once_a_year")]

    def __str__(self) -> str:
        return f"notice to {self.partner_id}"


class TierProposal(VendorRecord):
    """A change of tier that the figures ask for and a person decides. Of each partner at most one is open."""

    stays_on_merge = True

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Waiting")
        CONFIRMED = "confirmed", _("Confirmed")
        DECLINED = "declined", _("Declined")
        APPLIED = "applied", _("In effect")
        LAPSED = "lapsed", _("No longer so")

    class Kind(models.TextChoices):
        PROMOTION = "promotion", _("Promotion")
        DEMOTION = "demotion", _("Demotion")

    MOVES = {
        State.PROPOSED: {State.CONFIRMED, State.DECLINED, State.LAPSED},
        State.CONFIRMED: {State.APPLIED, State.LAPSED},
        State.DECLINED: set(),
        State.APPLIED: set(),
        State.LAPSED: set(),
    }

    partner = TenantForeignKey("partners.Partner", related_name="tier_proposals")
    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    from_tier = TenantForeignKey(Tier, null=True, blank=True, related_name="+")
    to_tier = TenantForeignKey(Tier, related_name="+")
    evaluation = TenantForeignKey(TierEvaluation, related_name="proposals")
    proposed_on = models.DateField()
    effective_on = models.DateField()
    decided_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = TextField(max_length=500, blank=True)

    objects = TenantManager.from_queryset(StandingQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "partner"],
                condition=models.Q(state__in=["proposed", "confirmed"]),
                name="tier_proposal_one_open",
            ),
            models.UniqueConstraint(fields=["tenant", "partner", "kind", "proposed_on"], name="tier_proposal_once"),
        ]
        indexes = [models.Index(fields=["tenant", "state", "effective_on"], name="tier_proposal_by_state")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.partner_id}"
