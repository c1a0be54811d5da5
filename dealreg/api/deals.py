"""Registrations: written, sent, decided and kept."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.response import Response

from dealreg.actions import (
    answer_hearing,
    answer_question,
    appeal_deal,
    approve_change,
    approve_deal,
    ask_about_deal,
    ask_extension,
    cancel_deal,
    change_deal,
    draft_deal,
    drop_draft,
    edit_draft,
    grant_extension,
    lose_deal,
    open_deal,
    refuse_change,
    refuse_extension,
    reinstate_deal,
    reject_deal,
    set_deal_sharing,
    submit_deal,
    submit_drafts,
    update_next_step,
    win_deal,
    withdraw_deal,
)
from dealreg.api import shapes
from dealreg.api.shapes import DealSerializer
from dealreg.models import DealReceipt, DealRegistration
from dealreg.queries.pages import note_opening
from dealreg.queries.receipts import receipt_text
from partners.models import Partner
from prm.kernel.errors import Conflict, Invalid, Unknown
from prm.kernel.policies import require
from prm.kernel.web.access import find_visible
from prm.kernel.web.inputs import checked
from prm.kernel.web.viewsets import ReadRecordsViewSet
from sales.models import ProductLine

# Address of a verb to its action and the shape of what it is given; each is asked for its own permission.
VERBS: dict[str, tuple[Callable[..., Any], Any]] = {
    "open": (open_deal, None),
    "ask": (ask_about_deal, shapes.QuestionInput),
    "answer": (answer_question, shapes.AnswerInput),
    "approve": (approve_deal, None),
    "reject": (reject_deal, shapes.RejectInput),
    "appeal": (appeal_deal, shapes.AppealInput),
    "withdraw": (withdraw_deal, shapes.OptionalReason),
    "next_step": (update_next_step, shapes.NextStepInput),
    "ask_extension": (ask_extension, shapes.EvidenceInput),
    "grant_extension": (grant_extension, None),
    "refuse_extension": (refuse_extension, shapes.NeededReason),
    "reinstate": (reinstate_deal, shapes.NeededReason),
    "change": (change_deal, shapes.ChangeInput),
    "approve_change": (approve_change, None),
    "refuse_change": (refuse_change, shapes.NeededReason),
    "win": (win_deal, shapes.WinInput),
    "lose": (lose_deal, shapes.LoseInput),
    "cancel": (cancel_deal, shapes.CancelInput),
    "answer_hearing": (answer_hearing, shapes.AnswerInput),
}


def amount_of(text: str | None, field: str = "amount") -> Decimal | None:
    """A plain decimal number; no exponents, no NaN, no other script's digits."""
    if text is None:
        return None
    if not text.isascii() or not text.replace(".", "", 1).isdigit():
        raise Invalid(f"{text[:40]} is no amount.", field=field)
    return Decimal(text)


def lines_of(codes: list[str]) -> list[ProductLine]:
    found = {line.code: line for line in ProductLine.objects.filter(code__in=codes, active=True)}
    for code in codes:
        if code not in found:
            raise Invalid(f"There is no product line {code[:60]}.", field="lines")
    return list(found.values())


def _read(data: dict[str, Any]) -> dict[str, Any]:
    """Amounts and lines as the actions take them."""
    if "amount" in data:
        data["amount"] = amount_of(data["amount"])
    if "lines" in data:
        data["lines"] = lines_of(data["lines"])
    return data


def _verb(name: str) -> Any:
    """An address of the viewset that does one verb and answers with the deal as it is then."""
    act, shape = VERBS[name]

    def do(self: Any, request: Any, pk: Any = None) -> Response:
        deal = self.get_object()
        act(deal, by=self.member, **(_read(checked(shape, request)) if shape else {}))
        return self.shown(deal)

    do.__name__ = name
    do.__doc__ = (act.__doc__ or "").strip().splitlines()[0]
    verb = action(detail=True, methods=["post"], url_path=name.replace("_", "-"))(do)
    return extend_schema(request=shape, responses=DealSerializer)(verb)


class DealsViewSet(ReadRecordsViewSet):
    """Deal registrations. The answer to sending one is the same whoever else works with the customer."""

    queryset = (
        DealRegistration.objects.select_related("partner", "owner__user")
        .prefetch_related("lines__line")
        .order_by("-submitted_at", "pk")
    )
    serializer_class = DealSerializer
    listing = "dealreg:deals"
    filterset_fields = ["state", "partner"]
    permissions = {
        "list": "dealreg.view_deal",
        "retrieve": "dealreg.view_deal",
        "create": "dealreg.draft_deal",
        "partial_update": "dealreg.edit_draft",
        "destroy": "dealreg.drop_draft",
        "submit": "dealreg.submit_deal",
        "receipt": "dealreg.view_deal",
        "drafts": "dealreg.submit_drafts",
        "sharing": "dealreg.set_deal_sharing",
        **{name: f"dealreg.{act.__name__}" for name, (act, _shape) in VERBS.items()},
    }

    def retrieve(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        deal = self.get_object()
        note_opening(deal, self.member)
        return Response(DealSerializer(deal).data)

    @extend_schema(request=shapes.DealInput, responses={201: DealSerializer})
    def create(self, request: Any) -> Response:
        require(self.member, "dealreg.draft_deal")
        data = _read(checked(shapes.DealInput, request))
        partner = find_visible(Partner, self.member, data.pop("partner_id"))
        sends = data.pop("submit")
        deal = draft_deal(partner, by=self.member, **data)
        if sends:
            submit_deal(deal, by=self.member)
        return self.shown(deal, status.HTTP_201_CREATED)

    @extend_schema(request=shapes.DraftInput, responses=DealSerializer)
    def partial_update(self, request: Any, pk: Any = None) -> Response:
        deal = self.get_object()
        data = _read(checked(shapes.DraftInput, request))
        edit_draft(deal, by=self.member, seen_version=data.pop("version", None), **data)
        return self.shown(deal)

    @extend_schema(responses={204: None})
    def destroy(self, request: Any, pk: Any = None) -> Response:
        drop_draft(self.get_object(), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=DealSerializer)
    @action(detail=True, methods=["post"])
    def submit(self, request: Any, pk: Any = None) -> Response:
        deal = self.get_object()
        submit_deal(deal, by=self.member)
        return self.shown(deal)

    @extend_schema(request=None, responses={202: shapes.JobShape})
    @action(detail=False, methods=["post"], url_path="submit-drafts")
    def drafts(self, request: Any) -> Response:
        """Send all drafts that are ready; a job, after which the others are still drafts."""
        job = submit_drafts(by=self.member)
        return Response({"job_id": job.pk, "drafts": job.all_steps}, status=status.HTTP_202_ACCEPTED)

    @extend_schema(responses=shapes.ReceiptShape)
    @action(detail=True, methods=["get"])
    def receipt(self, request: Any, pk: Any = None) -> Response:
        found = DealReceipt.objects.filter(deal=self.get_object()).first()
        if found is None:
            raise Conflict("There is no receipt yet: it is made when the registration is sent.", code="no_receipt")
        return Response({"text": receipt_text(found), "key_id": found.key_id, "signature": found.signature})

    @extend_schema(request=shapes.SharingInput, responses=shapes.SharingShape)
    @action(detail=False, methods=["post"])
    def sharing(self, request: Any) -> Response:
        partner = Partner.objects.filter(pk=self.member.partner_id).first()
        if partner is None:
            raise Unknown()
        made = set_deal_sharing(partner, by=self.member, **checked(shapes.SharingInput, request))
        return Response({"is_opened": made.is_opened})

    def shown(self, deal: DealRegistration, code: int = status.HTTP_200_OK) -> Response:
        found = self.queryset.all().filter(pk=deal.pk).first() or deal
        return Response(DealSerializer(found).data, status=code)

    open = _verb("open")
    ask = _verb("ask")
    answer = _verb("answer")
    approve = _verb("approve")
    reject = _verb("reject")
    appeal = _verb("appeal")
    withdraw = _verb("withdraw")
    next_step = _verb("next_step")
    ask_extension = _verb("ask_extension")
    grant_extension = _verb("grant_extension")
    refuse_extension = _verb("refuse_extension")
    reinstate = _verb("reinstate")
    change = _verb("change")
    approve_change = _verb("approve_change")
    refuse_change = _verb("refuse_change")
    win = _verb("win")
    lose = _verb("lose")
    cancel = _verb("cancel")
    answer_hearing = _verb("answer_hearing")
