"""The shapes in which deals come and go."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from dealreg.models import DealConflict, DealRegistration, DealRules
from prm.kernel.money import with_places
from prm.kernel.web.inputs import seen_version


class DealSerializer(serializers.ModelSerializer):
    """A registration; the same for whoever may see it, and saying nothing of anybody else's."""

    amount = serializers.SerializerMethodField()
    discount = serializers.SerializerMethodField()
    credit_share = serializers.SerializerMethodField()
    lines = serializers.SerializerMethodField(help_text="Product lines: code, and whether it was granted.")

    class Meta:
        model = DealRegistration
        fields = [
            "id", "number", "partner_id", "state", "customer_name", "customer_domain", "customer_country",
            "contact_name", "contact_email", "amount", "currency", "expected_close", "need", "source", "tender",
            "lines",
            "next_step", "next_step_due", "submitted_at", "review_due", "decided_at", "reject_reason", "reason",
            "approved_on", "expires_on", "discount", "credit_share", "closed_on", "loss_reason", "lead_id", "campaign",
            "claimed_at", "version",
        ]  # fmt: skip
        read_only_fields = fields

    def get_amount(self, deal: DealRegistration) -> str | None:
        return None if deal.amount is None else str(with_places(deal.amount, deal.currency))

    def get_discount(self, deal: DealRegistration) -> str | None:
        return None if deal.discount is None else str(deal.discount)

    def get_credit_share(self, deal: DealRegistration) -> str:
        return str(deal.credit_share)

    def get_lines(self, deal: DealRegistration) -> list[dict[str, Any]]:
        return [{"code": row.line.code, "granted": row.granted} for row in deal.lines.all()]  # type: ignore[attr-defined]


class DealChanges(serializers.Serializer):
    """What of a draft is written; what is left out stays as it is."""

    customer_name = serializers.CharField(max_length=200, required=False)
    customer_domain = serializers.CharField(max_length=253, required=False, allow_blank=True)
    customer_country = serializers.CharField(max_length=2, required=False, allow_blank=True)
    contact_name = serializers.CharField(max_length=160, required=False, allow_blank=True)
    contact_email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    amount = serializers.CharField(max_length=40, required=False, allow_null=True)
    expected_close = serializers.DateField(required=False, allow_null=True)
    need = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    source = serializers.ChoiceField(choices=DealRegistration.Source.choices, required=False)
    tender = serializers.BooleanField(required=False)
    next_step = serializers.CharField(max_length=300, required=False, allow_blank=True)
    next_step_due = serializers.DateField(required=False, allow_null=True)
    lines = serializers.ListField(
        child=serializers.CharField(max_length=60), required=False, max_length=50, help_text="Codes of product lines."
    )


class DealInput(DealChanges):
    """A new registration: a draft, or sent at once with `submit`."""

    partner_id = serializers.UUIDField()
    customer_name = serializers.CharField(max_length=200)
    submit = serializers.BooleanField(required=False, default=False)


class DraftInput(DealChanges):
    version = seen_version()


class QuestionInput(serializers.Serializer):
    question = serializers.CharField(max_length=1000)


class AnswerInput(serializers.Serializer):
    answer = serializers.CharField(max_length=2000)


class RejectInput(serializers.Serializer):
    reject_reason = serializers.ChoiceField(choices=DealRegistration.RejectReason.choices)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class AppealInput(serializers.Serializer):
    text = serializers.CharField(max_length=2000)


class OptionalReason(serializers.Serializer):
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class NeededReason(serializers.Serializer):
    reason = serializers.CharField(max_length=500)


class NextStepInput(serializers.Serializer):
    next_step = serializers.CharField(max_length=300)
    next_step_due = serializers.DateField()


class EvidenceInput(serializers.Serializer):
    evidence = serializers.CharField(max_length=1000)


class ChangeInput(serializers.Serializer):
    amount = serializers.CharField(max_length=40)
    explanation = serializers.CharField(max_length=1000)
    lines = serializers.ListField(
        child=serializers.CharField(max_length=60), required=False, max_length=50, default=list
    )


class WinInput(serializers.Serializer):
    order_on = serializers.DateField()
    amount = serializers.CharField(max_length=40, required=False, allow_null=True)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    term_months = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=240, help_text="How long the contract runs."
    )


class LoseInput(serializers.Serializer):
    loss_reason = serializers.ChoiceField(choices=DealRegistration.LossReason.by_people())
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class CancelInput(serializers.Serializer):
    cancel_reason = serializers.ChoiceField(choices=DealRegistration.CancelReason.choices)
    reason = serializers.CharField(max_length=400, required=False, allow_blank=True, default="")


class SharingInput(serializers.Serializer):
    is_opened = serializers.BooleanField()


class SharingShape(serializers.Serializer):
    is_opened = serializers.BooleanField()


class JobShape(serializers.Serializer):
    job_id = serializers.UUIDField()
    drafts = serializers.IntegerField()


class ReceiptShape(serializers.Serializer):
    text = serializers.CharField(help_text="The signed text with its signature, as the file has it.")
    key_id = serializers.CharField()
    signature = serializers.CharField()


class ConflictSerializer(serializers.ModelSerializer):
    """Two registrations that compete: for operations, the channel chief and the auditor."""

    class Meta:
        model = DealConflict
        fields = [
            "id", "candidate_id", "existing_id", "match", "shared_lines", "existing_first", "decision", "decided_at",
            "reason", "version",
        ]  # fmt: skip
        read_only_fields = fields


class DecisionInput(serializers.Serializer):
    decision = serializers.ChoiceField(choices=["reject_duplicate", "approve_other_lines", "separate_project", "joint"])
    reason = serializers.CharField(max_length=500)
    credit_share = serializers.CharField(
        max_length=20, required=False, allow_null=True, help_text="Of the later partner, between 0 and 1; joint only."
    )


class StatementInput(serializers.Serializer):
    statement = serializers.CharField(max_length=1000)


class TransferInput(serializers.Serializer):
    is_transferred = serializers.BooleanField()
    reason = serializers.CharField(max_length=500)


class RulesSerializer(serializers.ModelSerializer):
    class Meta:
        model = DealRules
        fields = [
            "review_days", "escalate_days", "answer_days", "appeal_days", "hearing_days", "warn_days", "last_warn_days",
            "reinstate_days", "renewal_days", "min_amount", "manager_band", "operations_band", "auto_approve",
            "auto_max_amount", "auto_after_hours", "registered_probability", "qualified_probability",
            "proposed_probability", "committed_probability", "coverage_index", "stale_days", "reopen_days",
        ]  # fmt: skip
