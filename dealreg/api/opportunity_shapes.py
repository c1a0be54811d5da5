"""The shapes in which opportunities come and go."""

from __future__ import annotations

from rest_framework import serializers

from dealreg.api.shapes import LoseInput as LoseInput
from dealreg.api.shapes import NeededReason as NeededReason
from dealreg.models import DealEngagement, Opportunity, OpportunityCredit, OpportunityDocument
from dealreg.queries.pipeline import probability_of
from prm.kernel.money import with_places
from prm.kernel.web.inputs import seen_version
from prm.kernel.web.uploads import UploadInput


class OpportunitySerializer(serializers.ModelSerializer):
    """Business with its lines; of the credits each side reads those it may know of."""

    amount = serializers.SerializerMethodField()
    probability = serializers.SerializerMethodField(help_text="Its own, else that of its stage.")
    has_own_probability = serializers.SerializerMethodField()
    lines = serializers.SerializerMethodField(help_text="Product lines: code and amount.")
    credits = serializers.SerializerMethodField(help_text="Companies with their shares, as far as one may know them.")

    class Meta:
        model = Opportunity
        fields = [
            "id", "number", "partner_id", "name", "state", "stage", "probability", "has_own_probability", "source",
            "customer_name", "customer_domain", "customer_country", "amount", "currency", "lines", "credits",
            "opened_on", "expected_close", "closed_on", "loss_reason", "reason", "next_step", "next_step_due",
            "owner_id", "registration_id", "renews_id", "external_id", "worked_at", "version",
        ]  # fmt: skip
        read_only_fields = fields

    def get_amount(self, one: Opportunity) -> str:
        return str(with_places(one.amount, one.currency))

    def get_probability(self, one: Opportunity) -> str:
        return str(probability_of(one))

    def get_has_own_probability(self, one: Opportunity) -> bool:
        return one.probability is not None

    def get_lines(self, one: Opportunity) -> list[dict[str, str]]:
        return [
            {"code": row.line.code, "amount": str(with_places(row.amount, row.currency))} for row in one.lines.all()
        ]  # type: ignore[attr-defined]

    def get_credits(self, one: Opportunity) -> list[dict[str, str]]:
        rows = one.credits.all()  # type: ignore[attr-defined]
        return [{"partner_id": str(row.partner_id), "share": str(row.share), "kind": row.kind} for row in rows]


class PaperSerializer(serializers.ModelSerializer):
    name = serializers.SerializerMethodField()

    class Meta:
        model = OpportunityDocument
        fields = ["id", "opportunity_id", "kind", "dated_on", "name", "added_by_id", "created_at"]
        read_only_fields = fields

    def get_name(self, paper: OpportunityDocument) -> str:
        return paper.file.name


class EngagementSerializer(serializers.ModelSerializer):
    """A registration that meets the vendor's own sales: for operations, the channel chief and the auditor."""

    class Meta:
        model = DealEngagement
        fields = ["id", "candidate_id", "opportunity_id", "decision", "decided_at", "reason", "version"]
        read_only_fields = fields


class LineAmount(serializers.Serializer):
    code = serializers.CharField(max_length=60)
    amount = serializers.CharField(max_length=40)


class LinesInput(serializers.Serializer):
    lines = LineAmount(many=True, max_length=50)
    explanation = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")
    version = seen_version()


class NewOpportunity(serializers.Serializer):
    """A deal of the vendor's own sales, alone or with a partner.

    With `contract_id` it is the renewal of that contract, with its partner of record.
    """

    contract_id = serializers.UUIDField(required=False, allow_null=True)
    partner_id = serializers.UUIDField(required=False, allow_null=True)
    name = serializers.CharField(max_length=200)
    customer_name = serializers.CharField(max_length=200)
    customer_domain = serializers.CharField(max_length=253, required=False, allow_blank=True)
    customer_country = serializers.CharField(max_length=2, required=False, allow_blank=True)
    stage = serializers.ChoiceField(choices=Opportunity.Stage.choices, required=False, default="qualified")
    expected_close = serializers.DateField()
    probability = serializers.CharField(max_length=20, required=False, allow_null=True)
    lines = LineAmount(many=True, max_length=50)


class EditInput(serializers.Serializer):
    """What is left out stays as it is; an empty probability is that of the stage."""

    name = serializers.CharField(max_length=200, required=False)
    expected_close = serializers.DateField(required=False)
    probability = serializers.CharField(max_length=20, required=False, allow_null=True)
    owner_id = serializers.UUIDField(required=False, allow_null=True)
    version = seen_version()


class StageInput(serializers.Serializer):
    stage = serializers.ChoiceField(choices=Opportunity.Stage.choices)
    version = seen_version()


class StepInput(serializers.Serializer):
    next_step = serializers.CharField(max_length=300)
    next_step_due = serializers.DateField()


class CreditInput(serializers.Serializer):
    partner_id = serializers.UUIDField()
    share = serializers.CharField(max_length=20, help_text="Of the whole, above 0 and 1 at most.")
    kind = serializers.ChoiceField(choices=OpportunityCredit.Kind.choices, required=False, default="source")


class CreditsInput(serializers.Serializer):
    credits = CreditInput(many=True, max_length=20)
    nobody = serializers.BooleanField(
        required=False, default=False, help_text="To take all credits away; an empty list alone is refused."
    )
    version = seen_version()


class PaperInput(serializers.Serializer):
    kind = serializers.ChoiceField(choices=OpportunityDocument.Kind.choices)
    dated_on = serializers.DateField(required=False, allow_null=True)
    file = UploadInput()


class WinOpportunity(serializers.Serializer):
    order_on = serializers.DateField()
    amount = serializers.CharField(max_length=40, required=False, allow_null=True)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    books = serializers.BooleanField(required=False, default=False, help_text="Book the revenue now, line by line.")
    actual_id = serializers.UUIDField(required=False, allow_null=True, help_text="A booking that stands already.")
    term_months = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=240, help_text="How long the contract runs."
    )


class BookingInput(serializers.Serializer):
    actual_id = serializers.UUIDField()


class EngagementInput(serializers.Serializer):
    decision = serializers.ChoiceField(choices=["vendor_engaged", "joint"])
    reason = serializers.CharField(max_length=500)
    credit_share = serializers.CharField(
        max_length=20, required=False, allow_null=True, help_text="Of the partner, between 0 and 1; joint only."
    )


class PeriodInput(serializers.Serializer):
    start = serializers.DateField()
    end = serializers.DateField()


class FiguresShape(serializers.Serializer):
    """F9; null where there is nothing to divide by."""

    start = serializers.DateField()
    end = serializers.DateField()
    won_count = serializers.IntegerField()
    lost_count = serializers.IntegerField()
    won_revenue = serializers.CharField()
    win_rate = serializers.CharField(allow_null=True)
    win_rate_value = serializers.CharField(allow_null=True)
    average_deal_size = serializers.CharField(allow_null=True)
    average_cycle_days = serializers.CharField(allow_null=True)
    median_cycle_days = serializers.CharField(allow_null=True)
