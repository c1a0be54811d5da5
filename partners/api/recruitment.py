"""Candidates, their questions and applications in the API: the same rows, permissions and actions as the pages."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.response import Response

from partners.actions import (
    answer_vendor_question,
    ask_vendor,
    attach_application,
    commit_partner,
    decline_partner,
    edit_program_page,
    edit_recruitment_rules,
    engage_partner,
    join_community,
    log_first_contact,
    offer_community,
    qualify_partner,
    refuse_application,
    reopen_partner,
    send_agreement,
    take_application,
    waive_vendor_question,
)
from partners.models import (
    Application,
    Candidate,
    Contact,
    Partner,
    ProgramPage,
    RecruitmentRules,
    VendorQuestion,
)
from partners.queries import fit_scores, pathway, program_page, rules
from prm.kernel import clock
from prm.kernel.events import plain
from prm.kernel.policies import require
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.web.access import find_visible
from prm.kernel.web.inputs import checked, seen_version
from prm.kernel.web.uploads import UploadInput
from prm.kernel.web.viewsets import ReadRecordsViewSet, RecordsViewSet


class CandidateSerializer(serializers.ModelSerializer):
    partner_name = serializers.CharField(source="partner.name", read_only=True)
    partner_state = serializers.CharField(source="partner.state", read_only=True)
    fit_score = serializers.DecimalField(
        source="score",
        max_digits=None,
        decimal_places=None,
        read_only=True,
        help_text="Of its latest screening; once it is qualified, of the one that decided.",
    )

    class Meta:
        model = Candidate
        fields = [
            "id",
            "partner_id",
            "partner_name",
            "partner_state",
            "stage",
            "entered_on",
            "entered",
            "closed",
            "closed_on",
            "close_reason",
            "closed_by_partner",
            "fit_score",
            "override_reason",
            "agreement_sent_on",
            "community_offered_on",
            "joined_community_on",
        ]
        read_only_fields = fields


class NoteInput(serializers.Serializer):
    text = serializers.CharField(max_length=1000, required=False, allow_blank=True)


class QualifyInput(serializers.Serializer):
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True)
    waive = serializers.CharField(max_length=500, required=False, allow_blank=True)


class SignerInput(serializers.Serializer):
    contact_id = serializers.UUIDField()
    file = UploadInput(required=False)


class CommitInput(serializers.Serializer):
    vouched = serializers.BooleanField(default=False)


class CommunityInput(serializers.Serializer):
    accepted_by = serializers.CharField(max_length=160)


class DeclineInput(serializers.Serializer):
    reason = serializers.ChoiceField(choices=Candidate.Reason.choices)
    text = serializers.CharField(max_length=500, required=False, allow_blank=True)
    by_partner = serializers.BooleanField(default=False)


class PathwaySerializer(serializers.Serializer):
    """F33 over the candidates one may know of."""

    reached = serializers.DictField()
    conversion = serializers.DictField()
    overall_conversion = serializers.CharField(allow_null=True)
    current = serializers.DictField()
    average_age_days = serializers.DictField()
    over_limit = serializers.DictField()
    ramp_days = serializers.CharField(allow_null=True)
    ramp_from_engaged = serializers.CharField(allow_null=True)
    ramp_from_committed = serializers.CharField(allow_null=True)


def scored(candidates: list[Candidate]) -> list[Candidate]:
    """Each with its `score`: the one it was qualified with, else that of its latest screening."""
    waiting = [one.partner_id for one in candidates if one.fit_score is None]
    found = fit_scores(waiting, clock.today()) if waiting else {}
    for one in candidates:
        score = one.fit_score if one.fit_score is not None else found[one.partner_id].number
        one.score = score  # type: ignore[attr-defined]
    return candidates


class CandidatesViewSet(ReadRecordsViewSet):
    """Partners on the recruiting pathway, and the steps they take."""

    queryset = Candidate.objects.select_related("partner").order_by("entered_on", "pk")
    serializer_class = CandidateSerializer
    listing = "recruitment:list"
    filterset_fields = ["stage", "closed"]
    permissions = {
        "list": "partners.view_candidate",
        "retrieve": "partners.view_candidate",
        "pathway": "partners.view_candidate",
        "log_first_contact": "partners.log_first_contact",
        "engage": "partners.engage_partner",
        "qualify": "partners.qualify_partner",
        "send_agreement": "partners.send_agreement",
        "commit": "partners.commit_partner",
        "offer_community": "partners.offer_community",
        "join_community": "partners.join_community",
        "decline": "partners.decline_partner",
        "reopen": "partners.reopen_partner",
    }

    @extend_schema(responses=PathwaySerializer)
    @action(detail=False)
    def pathway(self, request: Any) -> Response:
        """How many reached which stage, conversion, ages, and how long the first revenue took."""
        figures = pathway(self.get_queryset().select_related(None), clock.today())
        return Response(plain(figures.__dict__))

    def paginate_queryset(self, queryset: Any) -> Any:
        return scored(super().paginate_queryset(queryset))

    def retrieve(self, request: Any, pk: Any = None) -> Response:
        return Response(CandidateSerializer(*scored([self.get_object()])).data)

    def _did(self, candidate: Candidate) -> Response:
        candidate.refresh_from_db()
        return Response(CandidateSerializer(*scored([candidate])).data)

    @extend_schema(request=NoteInput, responses=CandidateSerializer)
    @action(detail=True, methods=["post"])
    def log_first_contact(self, request: Any, pk: Any = None) -> Response:
        candidate, data = self.get_object(), checked(NoteInput, request)
        log_first_contact(candidate.partner, by=self.member, **data)
        return self._did(candidate)

    @extend_schema(request=NoteInput, responses=CandidateSerializer)
    @action(detail=True, methods=["post"])
    def engage(self, request: Any, pk: Any = None) -> Response:
        candidate, data = self.get_object(), checked(NoteInput, request)
        engage_partner(candidate.partner, by=self.member, **data)
        return self._did(candidate)

    @extend_schema(request=QualifyInput, responses=CandidateSerializer)
    @action(detail=True, methods=["post"])
    def qualify(self, request: Any, pk: Any = None) -> Response:
        candidate, data = self.get_object(), checked(QualifyInput, request)
        qualify_partner(candidate.partner, by=self.member, **data)
        return self._did(candidate)

    @extend_schema(request={"multipart/form-data": SignerInput}, responses=CandidateSerializer)
    @action(detail=True, methods=["post"], parser_classes=[JSONParser, MultiPartParser])
    def send_agreement(self, request: Any, pk: Any = None) -> Response:
        candidate, data = self.get_object(), checked(SignerInput, request)
        signer = find_visible(Contact, self.member, data["contact_id"])
        send_agreement(candidate.partner, signer, by=self.member, file=data.get("file"))
        return self._did(candidate)

    @extend_schema(request=CommitInput, responses=CandidateSerializer)
    @action(detail=True, methods=["post"])
    def commit(self, request: Any, pk: Any = None) -> Response:
        candidate, data = self.get_object(), checked(CommitInput, request)
        commit_partner(candidate.partner, by=self.member, **data)
        return self._did(candidate)

    @extend_schema(request=None, responses=CandidateSerializer)
    @action(detail=True, methods=["post"])
    def offer_community(self, request: Any, pk: Any = None) -> Response:
        candidate = self.get_object()
        offer_community(candidate.partner, by=self.member)
        return self._did(candidate)

    @extend_schema(request=CommunityInput, responses=CandidateSerializer)
    @action(detail=True, methods=["post"])
    def join_community(self, request: Any, pk: Any = None) -> Response:
        candidate, data = self.get_object(), checked(CommunityInput, request)
        join_community(candidate.partner, by=self.member, **data)
        return self._did(candidate)

    @extend_schema(request=DeclineInput, responses=CandidateSerializer)
    @action(detail=True, methods=["post"])
    def decline(self, request: Any, pk: Any = None) -> Response:
        candidate, data = self.get_object(), checked(DeclineInput, request)
        decline_partner(candidate.partner, by=self.member, **data)
        return self._did(candidate)

    @extend_schema(request=NoteInput, responses=CandidateSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Any, pk: Any = None) -> Response:
        candidate, data = self.get_object(), checked(NoteInput, request)
        reopen_partner(candidate.partner, by=self.member, **data)
        return self._did(candidate)


class VendorQuestionSerializer(serializers.ModelSerializer):
    class Meta:
        model = VendorQuestion
        fields = ["id", "partner_id", "text", "asked_on", "state", "answer", "answered_on"]
        read_only_fields = fields


class QuestionInput(serializers.Serializer):
    partner_id = serializers.UUIDField()
    text = serializers.CharField(max_length=1000)


class AnswerInput(serializers.Serializer):
    text = serializers.CharField(max_length=2000)


class WhyInput(serializers.Serializer):
    reason = serializers.CharField(max_length=500)


class VendorQuestionsViewSet(ReadRecordsViewSet):
    """What candidates ask the vendor."""

    queryset = VendorQuestion.objects.select_related("partner", "application").order_by("created_at", "pk")
    serializer_class = VendorQuestionSerializer
    filterset_fields = ["state"]
    permissions = {
        "list": "partners.view_vendor_question",
        "retrieve": "partners.view_vendor_question",
        "create": "partners.ask_vendor",
        "answer": "partners.answer_vendor_question",
        "waive": "partners.waive_vendor_question",
    }

    @extend_schema(request=QuestionInput, responses={201: VendorQuestionSerializer})
    def create(self, request: Any) -> Response:
        data = checked(QuestionInput, request)
        partner = find_visible(Partner, self.member, data["partner_id"])
        require(self.member, "partners.ask_vendor", partner)
        asked = ask_vendor(partner, data["text"], by=self.member)
        return Response(VendorQuestionSerializer(asked).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=AnswerInput, responses=VendorQuestionSerializer)
    @action(detail=True, methods=["post"])
    def answer(self, request: Any, pk: Any = None) -> Response:
        question, data = self.get_object(), checked(AnswerInput, request)
        answer_vendor_question(question, data["text"], by=self.member)
        return Response(VendorQuestionSerializer(question).data)

    @extend_schema(request=WhyInput, responses=VendorQuestionSerializer)
    @action(detail=True, methods=["post"])
    def waive(self, request: Any, pk: Any = None) -> Response:
        question, data = self.get_object(), checked(WhyInput, request)
        waive_vendor_question(question, by=self.member, reason=data["reason"])
        return Response(VendorQuestionSerializer(question).data)


class ApplicationSerializer(serializers.ModelSerializer):
    class Meta:
        model = Application
        fields = [
            "id",
            "company",
            "country",
            "website",
            "name",
            "email",
            "phone",
            "type",
            "message",
            "state",
            "created_at",
            "confirmed_at",
            "looks_like_id",
            "became_id",
        ]
        read_only_fields = fields


class AttachInput(serializers.Serializer):
    partner_id = serializers.UUIDField()


class ApplicationsViewSet(ReadRecordsViewSet):
    """What companies sent in on the public page. They apply there, never here."""

    queryset = Application.objects.order_by("-created_at", "pk")
    serializer_class = ApplicationSerializer
    listing = "recruitment:applications"
    filterset_fields = ["state"]
    permissions = {
        "list": "partners.view_application",
        "retrieve": "partners.view_application",
        "take": "partners.take_application",
        "attach": "partners.attach_application",
        "refuse": "partners.refuse_application",
    }

    @extend_schema(request=None, responses=ApplicationSerializer)
    @action(detail=True, methods=["post"])
    def take(self, request: Any, pk: Any = None) -> Response:
        return Response(ApplicationSerializer(take_application(self.get_object(), by=self.member)).data)

    @extend_schema(request=AttachInput, responses=ApplicationSerializer)
    @action(detail=True, methods=["post"])
    def attach(self, request: Any, pk: Any = None) -> Response:
        application, data = self.get_object(), checked(AttachInput, request)
        partner = find_visible(Partner, self.member, data["partner_id"])
        return Response(ApplicationSerializer(attach_application(application, partner, by=self.member)).data)

    @extend_schema(request=WhyInput, responses=ApplicationSerializer)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Any, pk: Any = None) -> Response:
        application, data = self.get_object(), checked(WhyInput, request)
        return Response(ApplicationSerializer(refuse_application(application, by=self.member, **data)).data)


class QuestionAndAnswer(serializers.Serializer):
    question = serializers.CharField(max_length=300)
    answer = serializers.CharField(max_length=2000)


class ProgramPageShape(serializers.Serializer):
    headline = serializers.CharField(max_length=160)
    intro = serializers.CharField(max_length=3000, allow_blank=True)
    terms = serializers.CharField(max_length=3000)
    questions = QuestionAndAnswer(many=True)
    shows_tiers = serializers.BooleanField(default=True)
    is_open = serializers.BooleanField(help_text="Whether the world sees the page and may apply.")
    version = seen_version()


class ProgramPageViewSet(RecordsViewSet):
    """The public page of the programme."""

    queryset = ProgramPage.objects.all()
    serializer_class = ProgramPageShape
    permissions = {"list": "partners.edit_program_page", "create": "partners.edit_program_page"}

    def _shape(self) -> Response:
        page = program_page()
        names = ("headline", "intro", "terms", "questions", "shows_tiers", "version")
        shown = {name: getattr(page, name) for name in names}
        return Response(shown | {"is_open": current_tenant().public_pages})

    @extend_schema(responses=ProgramPageShape)
    def list(self, request: Any) -> Response:
        return self._shape()

    @extend_schema(request=ProgramPageShape, responses=ProgramPageShape)
    def create(self, request: Any) -> Response:
        """Put the whole page into other words."""
        words = checked(ProgramPageShape, request)
        edit_program_page(by=self.member, seen_version=words.pop("version"), **words)
        return self._shape()


class RulesShape(serializers.Serializer):
    min_fit_score = serializers.DecimalField(max_digits=4, decimal_places=1, min_value=0, max_value=100)
    reopen_after_days = serializers.IntegerField(min_value=0, max_value=730)
    age_limits = serializers.DictField(child=serializers.IntegerField(min_value=1, max_value=730, allow_null=True))
    version = seen_version()


class RecruitmentRulesViewSet(RecordsViewSet):
    """What the vendor asks of candidates."""

    queryset = RecruitmentRules.objects.all()
    serializer_class = RulesShape
    permissions = {"list": "partners.view_candidate", "create": "partners.edit_recruitment_rules"}

    @extend_schema(responses=RulesShape)
    def list(self, request: Any) -> Response:
        return Response(RulesShape(rules()).data)

    @extend_schema(request=RulesShape, responses=RulesShape)
    def create(self, request: Any) -> Response:
        given = checked(RulesShape, request)
        saved = edit_recruitment_rules(by=self.member, seen_version=given.pop("version"), **given)
        return Response(RulesShape(saved).data)


def register(router: Any) -> None:
    router.register("candidates", CandidatesViewSet, basename="candidates")
    router.register("vendor-questions", VendorQuestionsViewSet, basename="vendor-questions")
    router.register("applications", ApplicationsViewSet, basename="applications")
    router.register("program-page", ProgramPageViewSet, basename="program-page")
    router.register("recruitment-rules", RecruitmentRulesViewSet, basename="recruitment-rules")
