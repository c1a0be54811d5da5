"""Leads in the API: the same rows, permissions and actions as the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.response import Response

from dealreg.actions.leads import (
    accept_lead,
    add_lead_route,
    assign_lead,
    capture_lead,
    contact_lead,
    convert_inquiry,
    decide_lead_claim,
    disqualify_lead,
    drop_lead_route,
    edit_lead_rules,
    end_deal,
    hand_lead,
    keep_deal,
    note_lead,
    open_from_lead,
    qualify_lead,
    refuse_lead,
    register_lead,
    reopen_lead,
    return_lead,
    route_lead,
    transfer_deal,
)
from dealreg.api import lead_shapes as shapes
from dealreg.api.deals import amount_of
from dealreg.api.lead_shapes import LeadSerializer
from dealreg.api.opportunity_shapes import OpportunitySerializer
from dealreg.api.shapes import DealSerializer
from dealreg.models import DealRegistration, Lead, LeadClaim, LeadContact, LeadRoute
from dealreg.queries.lead_rules import lead_rules
from dealreg.queries.routing import LeadFacts, Ranking, facts_of, had_before, who_gets
from dealreg.rows.leads import OBSTACLES
from partners.models import Inquiry, Partner
from prm.kernel.errors import Invalid
from prm.kernel.models import Membership
from prm.kernel.policies import require
from prm.kernel.web.access import find_visible
from prm.kernel.web.inputs import checked
from prm.kernel.web.viewsets import ReadRecordsViewSet, RecordsViewSet
from sales.models import ProductLine

# Address of a verb to its action and the shape of what it is given; each is asked for its own permission.
VERBS: dict[str, tuple[Callable[..., Any], Any]] = {
    "accept": (accept_lead, None),
    "refuse": (refuse_lead, shapes.RefuseLeadInput),
    "contact": (contact_lead, shapes.LeadNoteInput),
    "note": (note_lead, shapes.LeadNoteInput),
    "qualify": (qualify_lead, shapes.QualifyLeadInput),
    "disqualify": (disqualify_lead, shapes.DisqualifyLeadInput),
    "route": (route_lead, None),
    "return": (return_lead, shapes.LeadReasonInput),
    "reopen": (reopen_lead, shapes.LeadReasonInput),
}


def _verb(name: str) -> Any:
    """An address of the viewset that does one verb and answers with the lead as this member sees it then."""
    act, shape = VERBS[name]

    def do(self: Any, request: Any, pk: Any = None) -> Response:
        lead = self.get_object()
        act(lead, by=self.member, **(checked(shape, request) if shape else {}))
        return self.shown(lead)

    do.__name__ = f"{name}_lead"
    do.__doc__ = (act.__doc__ or "").strip().splitlines()[0]
    verb = action(detail=True, methods=["post"], url_path=name)(do)
    return extend_schema(request=shape, responses=LeadSerializer)(verb)


class LeadsViewSet(ReadRecordsViewSet):
    """Leads. `details` is null until the partner that they are offered to has accepted them."""

    queryset = (
        Lead.objects.select_related("partner", "line", "owner__user")
        .prefetch_related("contacts")
        .order_by("-opened_at", "pk")
    )
    serializer_class = LeadSerializer
    listing = "dealreg:leads"
    filterset_fields = ["state", "partner"]
    permissions = {
        "list": "dealreg.view_lead",
        "retrieve": "dealreg.view_lead",
        "create": "dealreg.capture_lead",
        "assign": "dealreg.assign_lead",
        "hand": "dealreg.hand_lead",
        "register": "dealreg.register_lead",
        "open_business": "dealreg.open_from_lead",
        "bench": "dealreg.view_lead_bench",
        "try_bench": "dealreg.view_lead_bench",
        "from_inquiry": "dealreg.convert_inquiry",
        **{f"{name}_lead": f"dealreg.{act.__name__}" for name, (act, _shape) in VERBS.items()},
    }

    @extend_schema(request=shapes.LeadInput, responses={201: LeadSerializer})
    def create(self, request: Any) -> Response:
        """Take in a lead by hand. The vendor's go to whoever fits, a partner's stay with its company."""
        require(self.member, "dealreg.capture_lead")
        data = checked(shapes.LeadInput, request)
        own = None if self.member.is_vendor else Partner.objects.filter(pk=self.member.partner_id).first()
        made = capture_lead(data, by=self.member, partner=own)
        return self.shown(made.lead, status.HTTP_201_CREATED)

    @extend_schema(request=shapes.AssignLeadInput, responses=LeadSerializer)
    @action(detail=True, methods=["post"])
    def assign(self, request: Any, pk: Any = None) -> Response:
        """Offer a lead to a partner that somebody chose."""
        lead = self.get_object()
        partner = find_visible(Partner, self.member, checked(shapes.AssignLeadInput, request)["to_partner_id"])
        assign_lead(lead, by=self.member, partner=partner)
        return self.shown(lead)

    @extend_schema(request=shapes.HandLeadInput, responses=LeadSerializer)
    @action(detail=True, methods=["post"])
    def hand(self, request: Any, pk: Any = None) -> Response:
        """The champion gives a lead to one of the company's sellers."""
        lead = self.get_object()
        wanted = checked(shapes.HandLeadInput, request)["member_id"]
        to = Membership.objects.select_related("user").filter(pk=wanted, partner_id=lead.partner_id).first()
        if to is None:
            raise Invalid("Choose one of your company's sellers.", field="member_id")
        hand_lead(lead, by=self.member, to=to)
        return self.shown(lead)

    @extend_schema(request=None, responses={201: DealSerializer})
    @action(detail=True, methods=["post"])
    def register(self, request: Any, pk: Any = None) -> Response:
        """Begin the registration of a qualified lead: a draft, filled in from it."""
        deal = register_lead(self.get_object(), by=self.member)
        return Response(DealSerializer(deal).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=shapes.OpenLeadInput, responses={201: OpportunitySerializer})
    @action(detail=True, methods=["post"], url_path="open")
    def open_business(self, request: Any, pk: Any = None) -> Response:
        """Open business of a qualified lead, without a registration."""
        lead, data = self.get_object(), checked(shapes.OpenLeadInput, request)
        amount = amount_of(data["amount"])
        assert amount is not None
        made = open_from_lead(lead, by=self.member, amount=amount, expected_close=data["expected_close"])
        return Response(OpportunitySerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=shapes.InquiryLeadInput, responses={201: LeadSerializer})
    @action(detail=False, methods=["post"], url_path="from-inquiry")
    def from_inquiry(self, request: Any) -> Response:
        """Make a lead of what a visitor of the locator wrote."""
        data = checked(shapes.InquiryLeadInput, request)
        inquiry = find_visible(Inquiry, self.member, data.pop("inquiry_id"))
        require(self.member, "dealreg.convert_inquiry", inquiry)
        made = convert_inquiry(inquiry, by=self.member, given=data)
        return self.shown(made.lead, status.HTTP_201_CREATED)

    @extend_schema(responses=shapes.RankingShape)
    @action(detail=True, methods=["get"])
    def bench(self, request: Any, pk: Any = None) -> Response:
        """Who would get this lead now, and why."""
        lead = self.get_object()
        contact = LeadContact.objects.get(lead=lead)
        return Response(_ranking(who_gets(facts_of(lead, contact), refused=had_before(lead))))

    @extend_schema(request=shapes.BenchInput, responses=shapes.RankingShape)
    @action(detail=False, methods=["post"], url_path="bench")
    def try_bench(self, request: Any) -> Response:
        """Who would get such a lead, and why. Trying changes nothing."""
        data = checked(shapes.BenchInput, request)
        line = ProductLine.objects.filter(code=data.pop("line"), active=True).first()
        if line is None:
            raise Invalid("There is no such product line.", field="line")
        return Response(_ranking(who_gets(LeadFacts(line=line, **data))))

    def shown(self, lead: Lead, code: int = status.HTTP_200_OK) -> Response:
        """As the member may see it; what is not its own any more it sees no more of."""
        found = self.queryset.all().visible_to(self.member).filter(pk=lead.pk).first()
        if found is None:
            return Response({"id": str(lead.pk), "number": lead.number, "state": "returned"}, status=code)
        return Response(LeadSerializer(found).data, status=code)

    accept_lead = _verb("accept")
    refuse_lead = _verb("refuse")
    contact_lead = _verb("contact")
    note_lead = _verb("note")
    qualify_lead = _verb("qualify")
    disqualify_lead = _verb("disqualify")
    route_lead = _verb("route")
    return_lead = _verb("return")
    reopen_lead = _verb("reopen")


def _ranking(found: Ranking) -> dict[str, Any]:
    return {
        "to_operations": found.to_operations,
        "chosen_id": str(found.chosen.partner_id) if found.chosen else None,
        "candidates": [
            {
                "partner_id": str(one.partner_id),
                "name": one.name,
                "place": one.place,
                "score": None if one.score is None else str(one.score),
                "points": {name: str(points) for name, points in one.points.items()},
                "obstacles": [{"code": name, "text": str(OBSTACLES[name])} for name in one.obstacles],
                "open_leads": one.open_leads,
                "capacity": one.capacity,
                "by_rule": one.by_rule,
            }
            for one in found.candidates
        ],
    }


class LeadRulesViewSet(RecordsViewSet):
    """Points, days and switches of leads."""

    queryset = LeadRoute.objects.select_related("line").order_by("position", "created_at", "pk")
    serializer_class = shapes.LeadRulesSerializer
    pagination_class = None
    permissions = {"list": "dealreg.view_lead_rules", "edit": "dealreg.edit_lead_rules"}

    @extend_schema(responses=shapes.LeadRulesSerializer)
    def list(self, request: Any) -> Response:
        return Response(shapes.LeadRulesSerializer(lead_rules()).data)

    @extend_schema(request=shapes.LeadRulesSerializer, responses=shapes.LeadRulesSerializer)
    @action(detail=False, methods=["post"])
    def edit(self, request: Any) -> Response:
        """Change some of the rules; what is left out stays."""
        given = shapes.LeadRulesSerializer(data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        saved = edit_lead_rules(by=self.member, **given.validated_data)
        return Response(shapes.LeadRulesSerializer(saved).data)


class LeadRoutesViewSet(ReadRecordsViewSet):
    """The ways past the points, in the order in which they are tried."""

    queryset = LeadRoute.objects.select_related("line").order_by("position", "created_at", "pk")
    serializer_class = shapes.LeadRouteSerializer
    permissions = {
        "list": "dealreg.view_lead_rules",
        "retrieve": "dealreg.view_lead_rules",
        "create": "dealreg.add_lead_route",
        "destroy": "dealreg.drop_lead_route",
    }

    @extend_schema(request=shapes.LeadRouteInput, responses={201: shapes.LeadRouteSerializer})
    def create(self, request: Any) -> Response:
        require(self.member, "dealreg.add_lead_route")
        data = checked(shapes.LeadRouteInput, request)
        code, partner_id = data.pop("line", ""), data.pop("to_partner_id", None)
        line = ProductLine.objects.filter(code=code, active=True).first() if code else None
        if code and line is None:
            raise Invalid("There is no such product line.", field="line")
        partner = find_visible(Partner, self.member, partner_id) if partner_id else None
        made = add_lead_route(by=self.member, line=line, to_partner=partner, **data)
        return Response(shapes.LeadRouteSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses={204: None})
    def destroy(self, request: Any, pk: Any = None) -> Response:
        drop_lead_route(self.get_object(), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)


class LeadClaimsViewSet(ReadRecordsViewSet):
    """Leads that stand before registrations: for those who may know of the other partner."""

    queryset = LeadClaim.objects.select_related("candidate__partner", "lead").order_by("-created_at", "pk")
    serializer_class = shapes.LeadClaimSerializer
    filterset_fields = ["decision", "candidate"]
    permissions = {
        "list": "dealreg.view_conflict",
        "retrieve": "dealreg.view_conflict",
        "decide": "dealreg.decide_lead_claim",
    }

    @extend_schema(request=shapes.ClaimInput, responses=shapes.LeadClaimSerializer)
    @action(detail=True, methods=["post"])
    def decide(self, request: Any, pk: Any = None) -> Response:
        decided = decide_lead_claim(self.get_object(), by=self.member, **checked(shapes.ClaimInput, request))
        return Response(shapes.LeadClaimSerializer(decided).data)


class EndedDealsViewSet(RecordsViewSet):
    """Protected deals whose partner is gone: each is kept until it expires, given over, or ended."""

    queryset = DealRegistration.objects.select_related("partner", "owner__user").prefetch_related("lines__line")
    serializer_class = DealSerializer
    permissions = {"keep": "dealreg.keep_deal", "end": "dealreg.end_deal", "transfer": "dealreg.transfer_deal"}

    @extend_schema(request=shapes.NeededReasonInput, responses=DealSerializer)
    @action(detail=True, methods=["post"], url_path="keep-after-end")
    def keep(self, request: Any, pk: Any = None) -> Response:
        """Its protection runs on until it expires."""
        return self._after(keep_deal, request)

    @extend_schema(request=shapes.NeededReasonInput, responses=DealSerializer)
    @action(detail=True, methods=["post"], url_path="end-after-end")
    def end(self, request: Any, pk: Any = None) -> Response:
        """It ends now, and the customer is free for the partner it chooses."""
        return self._after(end_deal, request)

    @extend_schema(request=shapes.TransferDealInput, responses={201: DealSerializer})
    @action(detail=True, methods=["post"], url_path="transfer-after-end")
    def transfer(self, request: Any, pk: Any = None) -> Response:
        """It goes to another partner; the answer is the deal that goes on there."""
        deal, data = self.get_object(), checked(shapes.TransferDealInput, request)
        to = find_visible(Partner, self.member, data.pop("to_partner_id"))
        taken = transfer_deal(deal, by=self.member, to=to, **data)
        shown = DealSerializer(self.queryset.all().get(pk=taken.pk)).data
        return Response(shown, status=status.HTTP_201_CREATED)

    def _after(self, act: Callable[..., Any], request: Any) -> Response:
        deal = self.get_object()
        act(deal, by=self.member, **checked(shapes.NeededReasonInput, request))
        return Response(DealSerializer(self.queryset.all().get(pk=deal.pk)).data)
