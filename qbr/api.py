"""Business reviews and their decks in the API: the same rows, permissions and actions as the pages."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response

from partners.models import Partner
from prm.kernel import files
from prm.kernel.models import StoredFile
from prm.kernel.periods import FiscalQuarter
from prm.kernel.policies import require
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.web.access import find_visible
from prm.kernel.web.inputs import seen_version
from prm.kernel.web.viewsets import ReadRecordsViewSet
from qbr.actions import edit_review, make_deck, open_review, share_deck
from qbr.models import VENDORS_OWN, Deck, Review
from qbr.queries import file_of


class ReviewSerializer(serializers.ModelSerializer):
    class Meta:
        model = Review
        fields = [
            "id",
            "partner_id",
            "fiscal_year",
            "quarter",
            "period_start",
            "period_end",
            "state",
            "meeting_on",
            "attendees",
            "version",
            "updated_at",
        ]
        read_only_fields = fields


class ReviewInput(serializers.Serializer):
    """Which partner and which quarter; without a day the quarter that closed last."""

    partner_id = serializers.UUIDField()
    day = serializers.DateField(required=False, help_text="Any day of the fiscal quarter to review.")


class MeetingInput(serializers.Serializer):
    meeting_on = serializers.DateField(allow_null=True)
    attendees = serializers.CharField(max_length=1000, allow_blank=True)
    version = seen_version()


class DeckSerializer(serializers.ModelSerializer):
    job_state = serializers.CharField(source="job.state", default=None, read_only=True)
    job_message = serializers.CharField(source="job.message", default="", read_only=True)
    pptx_url = serializers.SerializerMethodField()
    pdf_url = serializers.SerializerMethodField()

    class Meta:
        model = Deck
        fields = [
            "id",
            "review_id",
            "partner_id",
            "edition",
            "as_of",
            "state",
            "job_state",
            "job_message",
            "shared_at",
            "pptx_url",
            "pdf_url",
            "figures",
        ]
        read_only_fields = fields

    def to_representation(self, deck: Deck) -> dict[str, Any]:
        """Decks of before kept a composite score, which is the vendor's own; it is in no deck any more."""
        told = super().to_representation(deck)
        summary = told["figures"].get("summary")
        if isinstance(summary, dict):
            kept = {name: value for name, value in summary.items() if name not in VENDORS_OWN}
            told["figures"] = {**told["figures"], "summary": kept}
        return told

    def get_pptx_url(self, deck: Deck) -> str | None:
        return reverse("v1:decks-pptx", args=[deck.pk]) if deck.pptx_id else None

    def get_pdf_url(self, deck: Deck) -> str | None:
        return reverse("v1:decks-pdf", args=[deck.pk]) if deck.pdf_id else None


class ReviewsViewSet(ReadRecordsViewSet):
    """The business review of one partner for one fiscal quarter."""

    queryset = Review.objects.order_by("-period_start", "pk")
    serializer_class = ReviewSerializer
    listing = "qbr:list"
    permissions = {
        "list": "qbr.view_review",
        "retrieve": "qbr.view_review",
        "create": "qbr.open_review",
        "partial_update": "qbr.edit_review",
        "make_deck": "qbr.make_deck",
    }

    @extend_schema(request=ReviewInput, responses={201: ReviewSerializer})
    def create(self, request: Any) -> Response:
        given = ReviewInput(data=request.data)
        given.is_valid(raise_exception=True)
        partner = find_visible(Partner, self.member, given.validated_data["partner_id"])
        require(self.member, "qbr.open_review", partner)
        opened = open_review(partner, by=self.member, quarter=_quarter(given.validated_data.get("day")))
        return Response(ReviewSerializer(opened).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=MeetingInput, responses=ReviewSerializer)
    def partial_update(self, request: Any, pk: str) -> Response:
        review = self.get_object()
        given = MeetingInput(data=request.data)
        given.is_valid(raise_exception=True)
        values = dict(given.validated_data)
        saved = edit_review(review, by=self.member, seen_version=values.pop("version"), **values)
        return Response(ReviewSerializer(saved).data)

    @extend_schema(request=None, responses={202: DeckSerializer})
    @action(detail=True, methods=["post"], url_path="decks")
    def make_deck(self, request: Any, pk: str) -> Response:
        """Freeze the figures as a new edition and have it drawn; ask the deck until it is ready."""
        deck = make_deck(self.get_object(), by=self.member)
        return Response(DeckSerializer(deck).data, status=status.HTTP_202_ACCEPTED)


class DecksViewSet(ReadRecordsViewSet):
    """The editions of decks, with their frozen figures and the addresses of their files."""

    queryset = Deck.objects.select_related("job", "pptx", "pdf").order_by("-created_at", "pk")
    serializer_class = DeckSerializer
    permissions = {
        "list": "qbr.view_review",
        "retrieve": "qbr.view_review",
        "share": "qbr.share_deck",
        "pptx": "qbr.view_review",
        "pdf": "qbr.view_review",
    }

    @extend_schema(request=None, responses=DeckSerializer)
    @action(detail=True, methods=["post"])
    def share(self, request: Any, pk: str) -> Response:
        """Show this edition to the partner."""
        return Response(DeckSerializer(share_deck(self.get_object(), by=self.member)).data)

    @extend_schema(responses={(200, files.CONTENT_TYPES["pptx"]): bytes})
    @action(detail=True)
    def pptx(self, request: Any, pk: str) -> HttpResponse:
        """The PowerPoint file of this edition."""
        return _file(file_of(self.get_object(), "pptx", self.member))

    @extend_schema(responses={(200, files.CONTENT_TYPES["pdf"]): bytes})
    @action(detail=True)
    def pdf(self, request: Any, pk: str) -> HttpResponse:
        """The PDF of this edition."""
        return _file(file_of(self.get_object(), "pdf", self.member))


def _file(stored: StoredFile | None) -> HttpResponse:
    if stored is None:
        raise Http404
    return files.serve(stored)


def _quarter(day: dt.date | None) -> FiscalQuarter | None:
    return FiscalQuarter.containing(day, current_tenant().fy_start_month) if day else None


def register(router: Any) -> None:
    router.register("reviews", ReviewsViewSet, basename="reviews")
    router.register("decks", DecksViewSet, basename="decks")
