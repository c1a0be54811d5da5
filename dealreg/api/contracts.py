"""Contracts of customers, and the registrations that meet them before they end."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.response import Response

from dealreg.actions import add_contract, decide_renewal, edit_contract
from dealreg.actions.contracts import NoPaper
from dealreg.api.deals import amount_of, lines_of
from dealreg.models import Contract, RenewalClaim
from partners.models import Partner
from prm.kernel.files import serve
from prm.kernel.money import with_places
from prm.kernel.policies import require
from prm.kernel.web.access import find_visible
from prm.kernel.web.inputs import checked, seen_version
from prm.kernel.web.uploads import UploadInput
from prm.kernel.web.viewsets import ReadRecordsViewSet


class ContractSerializer(serializers.ModelSerializer):
    """A contract with its lines; the partner is the partner of record."""

    lines = serializers.SerializerMethodField(help_text="Product lines: code, and the amount where it is known.")

    class Meta:
        model = Contract
        fields = [
            "id", "number", "partner_id", "customer_name", "customer_domain", "customer_country", "lines", "ends_on",
            "renewed_on", "source", "opportunity_id", "owner_id", "external_id", "version",
        ]  # fmt: skip
        read_only_fields = fields

    def get_lines(self, one: Contract) -> list[dict[str, str | None]]:
        rows = one.lines.all()  # type: ignore[attr-defined]
        return [
            {
                "code": row.line.code,
                "amount": None if row.amount is None else str(with_places(row.amount, row.currency)),
            }
            for row in rows
        ]


class ContractChanges(serializers.Serializer):
    """What is left out stays as it is. An amount is that of all lines together."""

    customer_name = serializers.CharField(max_length=200, required=False)
    customer_domain = serializers.CharField(max_length=253, required=False, allow_blank=True)
    customer_country = serializers.CharField(max_length=2, required=False)
    ends_on = serializers.DateField(required=False)
    lines = serializers.ListField(
        child=serializers.CharField(max_length=60), required=False, max_length=50, help_text="Codes of product lines."
    )
    amount = serializers.CharField(max_length=40, required=False, allow_null=True)
    version = seen_version()


class ContractInput(ContractChanges):
    partner_id = serializers.UUIDField()
    customer_name = serializers.CharField(max_length=200)
    customer_country = serializers.CharField(max_length=2)
    ends_on = serializers.DateField()
    lines = serializers.ListField(child=serializers.CharField(max_length=60), max_length=50)
    version = None


def _read(data: dict[str, Any]) -> dict[str, Any]:
    if "lines" in data:
        data["lines"] = lines_of(data["lines"])
    if "amount" in data:
        data["amount"] = amount_of(data["amount"])
    return data


class ContractsViewSet(ReadRecordsViewSet):
    """Contracts of customers. In the last days before the end the partner of record comes first."""

    queryset = Contract.objects.select_related("partner").prefetch_related("lines__line").order_by("ends_on", "pk")
    serializer_class = ContractSerializer
    listing = "dealreg:contracts"
    filterset_fields = ["partner", "source"]
    permissions = {
        "list": "dealreg.view_contract",
        "retrieve": "dealreg.view_contract",
        "create": "dealreg.add_contract",
        "partial_update": "dealreg.edit_contract",
    }

    @extend_schema(request=ContractInput, responses={201: ContractSerializer})
    def create(self, request: Any) -> Response:
        require(self.member, "dealreg.add_contract")
        data = _read(checked(ContractInput, request))
        partner = find_visible(Partner, self.member, data.pop("partner_id"))
        return self._shown(add_contract(partner, by=self.member, **data), status.HTTP_201_CREATED)

    @extend_schema(request=ContractChanges, responses=ContractSerializer)
    def partial_update(self, request: Any, pk: Any = None) -> Response:
        one, data = self.get_object(), _read(checked(ContractChanges, request))
        return self._shown(edit_contract(one, by=self.member, seen_version=data.pop("version", None), **data))

    def _shown(self, one: Contract, code: int = status.HTTP_200_OK) -> Response:
        return Response(ContractSerializer(self.queryset.all().get(pk=one.pk)).data, status=code)


class RenewalClaimSerializer(serializers.ModelSerializer):
    """A registration that meets the contract of another partner: for operations, the channel chief and the auditor."""

    has_paper = serializers.SerializerMethodField()

    class Meta:
        model = RenewalClaim
        fields = ["id", "candidate_id", "contract_id", "decision", "decided_at", "reason", "has_paper", "version"]
        read_only_fields = fields

    def get_has_paper(self, claim: RenewalClaim) -> bool:
        return claim.paper_id is not None


class RenewalInput(serializers.Serializer):
    decision = serializers.ChoiceField(choices=["record_first", "customer_chose"])
    reason = serializers.CharField(max_length=500)
    paper = UploadInput(required=False, help_text="What the customer wrote; needed where it has chosen.")


class RenewalClaimsViewSet(ReadRecordsViewSet):
    """Contracts that stand before registrations of other partners, and how that was decided."""

    queryset = RenewalClaim.objects.select_related("candidate__partner", "contract", "paper").order_by(
        "-created_at", "pk"
    )
    serializer_class = RenewalClaimSerializer
    filterset_fields = ["decision", "candidate"]
    permissions = {
        "list": "dealreg.view_conflict",
        "retrieve": "dealreg.view_conflict",
        "paper": "dealreg.view_conflict",
        "decide": "dealreg.decide_renewal",
    }

    @extend_schema(request=RenewalInput, responses=RenewalClaimSerializer)
    @action(detail=True, methods=["post"], parser_classes=[JSONParser, MultiPartParser])
    def decide(self, request: Any, pk: Any = None) -> Response:
        decided = decide_renewal(self.get_object(), by=self.member, **checked(RenewalInput, request))
        return Response(RenewalClaimSerializer(decided).data)

    @extend_schema(responses={(200, "application/octet-stream"): bytes})
    @action(detail=True, methods=["get"])
    def paper(self, request: Any, pk: Any = None) -> HttpResponse:
        found = self.get_object().paper
        if found is None:
            raise NoPaper()
        return serve(found)
