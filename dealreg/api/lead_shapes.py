"""The shapes in which leads come and go."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from dealreg.models import Lead, LeadClaim, LeadContact, LeadOffer, LeadRoute, LeadRules
from partners.profile_fields import VERTICALS

Text = serializers.CharField


class LeadDetails(serializers.ModelSerializer):
    """Who a lead is, and what it needs."""

    class Meta:
        model = LeadContact
        fields = [
            "company", "name", "email", "phone", "country", "need", "source", "campaign", "consent", "found_need",
            "found_budget", "found_timing",
        ]  # fmt: skip
        read_only_fields = fields


class LeadSerializer(serializers.ModelSerializer):
    """A lead; the details are null for whom the database hides them."""

    line = serializers.SerializerMethodField(help_text="Code of the product line.")
    details = serializers.SerializerMethodField()

    class Meta:
        model = Lead
        fields = [
            "id", "number", "state", "partner_id", "owner_id", "line", "industry", "region", "country", "size_band",
            "is_given",
            "assigned_at", "accept_due", "accepted_at", "contact_due", "contacted_at", "qualified_at", "progress_at",
            "disqualify_reason", "reason", "details", "version",
        ]  # fmt: skip
        read_only_fields = fields

    def get_line(self, lead: Lead) -> str:
        return lead.line.code

    def get_details(self, lead: Lead) -> dict[str, Any] | None:
        found = list(lead.contacts.all())  # type: ignore[attr-defined]
        return LeadDetails(found[0]).data if found else None


class LeadInput(serializers.Serializer):
    """A lead as it comes in."""

    company = Text(max_length=200)
    country = Text(max_length=2, help_text="Two letters, ISO 3166.")
    line = Text(max_length=60, help_text="Code of a product line.")
    name = Text(max_length=160, required=False, allow_blank=True)
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    phone = Text(max_length=60, required=False, allow_blank=True)
    industry = serializers.ChoiceField(choices=list(VERTICALS), required=False, allow_blank=True)
    region = Text(max_length=60, required=False, allow_blank=True)
    size_band = serializers.ChoiceField(choices=Lead.Size.choices, required=False, allow_blank=True)
    need = Text(max_length=2000, required=False, allow_blank=True)
    campaign = Text(max_length=120, required=False, allow_blank=True)
    consented_at = serializers.DateTimeField(help_text="When the person agreed to be contacted.")
    consent = Text(max_length=300, required=False, allow_blank=True, help_text="How the person agreed.")


class InquiryLeadInput(serializers.Serializer):
    inquiry_id = serializers.UUIDField()
    line = Text(max_length=60)
    company = Text(max_length=200, required=False)
    country = Text(max_length=2, required=False)
    industry = serializers.ChoiceField(choices=list(VERTICALS), required=False, allow_blank=True)
    size_band = serializers.ChoiceField(choices=Lead.Size.choices, required=False, allow_blank=True)


class TakenIn(serializers.Serializer):
    """That it was received: the same whether or not the person is known."""

    received = serializers.UUIDField()


class RefuseLeadInput(serializers.Serializer):
    refuse_reason = serializers.ChoiceField(choices=LeadOffer.RefuseReason.choices)
    reason = Text(max_length=500, required=False, allow_blank=True, default="")


class LeadNoteInput(serializers.Serializer):
    note = Text(max_length=2000)


class QualifyLeadInput(serializers.Serializer):
    found_need = Text(max_length=500, required=False, allow_blank=True, default="")
    found_budget = Text(max_length=500, required=False, allow_blank=True, default="")
    found_timing = Text(max_length=500, required=False, allow_blank=True, default="")


class OpenLeadInput(serializers.Serializer):
    amount = Text(max_length=40)
    expected_close = serializers.DateField()


class DisqualifyLeadInput(serializers.Serializer):
    disqualify_reason = serializers.ChoiceField(choices=Lead.DisqualifyReason.choices)
    reason = Text(max_length=500, required=False, allow_blank=True, default="")


class LeadReasonInput(serializers.Serializer):
    reason = Text(max_length=500)


class TransferDealInput(serializers.Serializer):
    to_partner_id = serializers.UUIDField()
    reason = serializers.CharField(max_length=500)


class NeededReasonInput(serializers.Serializer):
    reason = Text(max_length=500)


class AssignLeadInput(serializers.Serializer):
    to_partner_id = serializers.UUIDField()


class HandLeadInput(serializers.Serializer):
    member_id = serializers.UUIDField()


class BenchInput(serializers.Serializer):
    line = Text(max_length=60)
    country = Text(max_length=2)
    region = Text(max_length=60, required=False, allow_blank=True, default="")
    industry = serializers.ChoiceField(choices=list(VERTICALS), required=False, allow_blank=True, default="")
    source = serializers.ChoiceField(choices=LeadContact.Source.choices, required=False, allow_blank=True, default="")
    campaign = Text(max_length=120, required=False, allow_blank=True, default="")


class ObstacleShape(serializers.Serializer):
    code = Text()
    text = Text()


class CandidateShape(serializers.Serializer):
    partner_id = serializers.UUIDField(read_only=True)
    name = Text()
    place = serializers.IntegerField(allow_null=True)
    score = Text(read_only=True, allow_null=True)
    points = serializers.DictField(child=Text())
    obstacles = ObstacleShape(many=True)
    open_leads = serializers.IntegerField()
    capacity = serializers.IntegerField()
    by_rule = serializers.BooleanField()


class RankingShape(serializers.Serializer):
    to_operations = serializers.BooleanField()
    chosen_id = serializers.UUIDField(allow_null=True)
    candidates = CandidateShape(many=True)


class LeadRulesSerializer(serializers.ModelSerializer):
    class Meta:
        model = LeadRules
        fields = [
            "auto_assign", "needs_certification", "region_points", "vertical_points", "composite_weight",
            "load_points", "tier_points", "accept_days", "contact_days", "return_days", "max_reassignments",
            "default_capacity", "warn_days", "recycle_days", "merge_days", "daily_quota",
        ]  # fmt: skip

    def validate_tier_points(self, value: Any) -> dict[str, str]:
        if not isinstance(value, dict) or not all(_is_plain(points) for points in value.values()):
            raise serializers.ValidationError('A number for each code of a tier, such as {"gold": "15"}.')
        return {str(code): str(points) for code, points in value.items()}


def _is_plain(points: Any) -> bool:
    text = str(points)
    return len(text) <= 12 and text.isascii() and text.replace(".", "", 1).isdigit()


class LeadRouteSerializer(serializers.ModelSerializer):
    class Meta:
        model = LeadRoute
        fields = ["id", "position", "line_id", "country", "source", "campaign", "to_partner_id"]
        read_only_fields = fields


class LeadRouteInput(serializers.Serializer):
    line = Text(max_length=60, required=False, allow_blank=True, default="")
    country = Text(max_length=2, required=False, allow_blank=True, default="")
    source = serializers.ChoiceField(choices=LeadContact.Source.choices, required=False, allow_blank=True, default="")
    campaign = Text(max_length=120, required=False, allow_blank=True, default="")
    to_partner_id = serializers.UUIDField(required=False, allow_null=True, help_text="Empty: operations.")


class LeadClaimSerializer(serializers.ModelSerializer):
    class Meta:
        model = LeadClaim
        fields = ["id", "candidate_id", "lead_id", "match", "decision", "decided_at", "reason", "version"]
        read_only_fields = fields


class ClaimInput(serializers.Serializer):
    decision = serializers.ChoiceField(choices=["lead_first", "let_go"])
    reason = Text(max_length=500)
