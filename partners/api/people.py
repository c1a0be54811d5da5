"""Contacts, activities and private notes in the API: shapes only."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response

from partners.actions import (
    add_contact,
    add_note,
    edit_activity,
    edit_contact,
    edit_note,
    leave_contact,
    log_activity,
    record_consent,
    return_contact,
    set_objection,
)
from partners.models import Activity, Contact, Note, Partner
from prm.kernel.policies import require
from prm.kernel.web.access import find_visible
from prm.kernel.web.inputs import seen_version
from prm.kernel.web.viewsets import ReadRecordsViewSet


class ContactSerializer(serializers.ModelSerializer):
    class Meta:
        model = Contact
        fields = [
            "id",
            "partner_id",
            "name",
            "email",
            "phone",
            "function",
            "title",
            "is_champion",
            "headcount_relevant",
            "consent",
            "objected",
            "left_on",
            "version",
            "updated_at",
        ]
        read_only_fields = fields


class ContactFields(serializers.Serializer):
    name = serializers.CharField(max_length=160, required=False, allow_blank=True)
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=60, required=False, allow_blank=True)
    function = serializers.ChoiceField(choices=Contact.Function.choices, required=False)
    title = serializers.CharField(max_length=120, required=False, allow_blank=True)
    is_champion = serializers.BooleanField(required=False)
    headcount_relevant = serializers.BooleanField(required=False)


class ContactChange(ContactFields):
    version = seen_version()


class ContactInput(ContactFields):
    partner_id = serializers.UUIDField()


class ConsentInput(serializers.Serializer):
    mail = serializers.BooleanField()
    call = serializers.BooleanField()
    source = serializers.CharField(max_length=120, required=False, allow_blank=True)


class ObjectionInput(serializers.Serializer):
    objected = serializers.BooleanField()


class LeaveInput(serializers.Serializer):
    on = serializers.DateField(required=False)


class ContactsViewSet(ReadRecordsViewSet):
    """People at partners."""

    queryset = Contact.objects.order_by("sort_name", "pk")
    serializer_class = ContactSerializer
    listing = "partners:contacts"
    filterset_fields = ["partner", "function"]
    permissions = {
        "list": "partners.view_contact",
        "retrieve": "partners.view_contact",
        "create": "partners.edit_contact",
        "partial_update": "partners.edit_contact",
        "consent": "partners.edit_contact",
        "objection": "partners.edit_contact",
        "leave": "partners.edit_contact",
        "back": "partners.edit_contact",
    }

    @extend_schema(request=ContactInput, responses={201: ContactSerializer})
    def create(self, request: Any) -> Response:
        data = ContactInput(data=request.data)
        data.is_valid(raise_exception=True)
        values = dict(data.validated_data)
        partner = find_visible(Partner, self.member, values.pop("partner_id"))
        require(self.member, "partners.edit_contact", partner)
        contact = add_contact(partner, by=self.member, **values)
        return Response(ContactSerializer(contact).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=ContactChange, responses=ContactSerializer)
    def partial_update(self, request: Any, pk: Any = None) -> Response:
        contact = self.get_object()
        data = ContactChange(data=request.data, partial=True)
        data.is_valid(raise_exception=True)
        values = dict(data.validated_data)
        edit_contact(contact, by=self.member, seen_version=values.pop("version"), **values)
        return Response(ContactSerializer(contact).data)

    @extend_schema(request=ConsentInput, responses=ContactSerializer)
    @action(detail=True, methods=["post"])
    def consent(self, request: Any, pk: Any = None) -> Response:
        """Note what the person agreed to."""
        contact = self.get_object()
        data = ConsentInput(data=request.data)
        data.is_valid(raise_exception=True)
        return Response(ContactSerializer(record_consent(contact, by=self.member, **data.validated_data)).data)

    @extend_schema(request=ObjectionInput, responses={204: None})
    @action(detail=True, methods=["post"])
    def objection(self, request: Any, pk: Any = None) -> Response:
        """The person objects, or withdraws that. Afterwards you may not be among those who know of it."""
        contact = self.get_object()
        data = ObjectionInput(data=request.data)
        data.is_valid(raise_exception=True)
        set_objection(contact, by=self.member, **data.validated_data)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=LeaveInput, responses=ContactSerializer)
    @action(detail=True, methods=["post"])
    def leave(self, request: Any, pk: Any = None) -> Response:
        """The person left the company; the login ends."""
        contact = self.get_object()
        data = LeaveInput(data=request.data)
        data.is_valid(raise_exception=True)
        leave_contact(contact, by=self.member, on=data.validated_data.get("on"))
        return Response(ContactSerializer(contact).data)

    @extend_schema(request=None, responses=ContactSerializer)
    @action(detail=True, methods=["post"], url_path="return", url_name="return")
    def back(self, request: Any, pk: Any = None) -> Response:
        """The person is here again."""
        return Response(ContactSerializer(return_contact(self.get_object(), by=self.member)).data)


class ActivitySerializer(serializers.ModelSerializer):
    contact_id = serializers.SerializerMethodField()

    class Meta:
        model = Activity
        fields = [
            "id",
            "partner_id",
            "kind",
            "at",
            "text",
            "contact_id",
            "intent",
            "vendor_only",
            "version",
            "updated_at",
        ]
        read_only_fields = fields

    def get_contact_id(self, activity: Activity) -> str | None:
        """The id tells nothing by itself: who objected is not found by it."""
        return str(activity.contact_id) if activity.contact_id else None


class ActivityFields(serializers.Serializer):
    kind = serializers.ChoiceField(choices=Activity.Kind.choices)
    text = serializers.CharField(max_length=2000)
    at = serializers.DateTimeField(required=False)
    contact_id = serializers.UUIDField(required=False, allow_null=True)
    intent = serializers.ChoiceField(choices=Activity.Intent.choices, required=False, allow_blank=True)
    vendor_only = serializers.BooleanField(required=False)


class ActivityChange(ActivityFields):
    version = seen_version()


class ActivityInput(ActivityFields):
    partner_id = serializers.UUIDField()


class ActivitiesViewSet(ReadRecordsViewSet):
    """Calls, visits, mails and meetings with partners."""

    queryset = Activity.objects.order_by("-at", "-pk")
    serializer_class = ActivitySerializer
    filterset_fields = ["partner", "kind"]
    permissions = {
        "list": "partners.view_activity",
        "retrieve": "partners.view_activity",
        "create": "partners.log_activity",
        "partial_update": "partners.edit_activity",
    }

    def _values(self, data: Any) -> dict[str, Any]:
        data.is_valid(raise_exception=True)
        values = dict(data.validated_data)
        if "contact_id" in values:
            contact_id = values.pop("contact_id")
            values["contact"] = find_visible(Contact, self.member, contact_id) if contact_id else None
        return values

    @extend_schema(request=ActivityInput, responses={201: ActivitySerializer})
    def create(self, request: Any) -> Response:
        values = self._values(ActivityInput(data=request.data))
        partner = find_visible(Partner, self.member, values.pop("partner_id"))
        require(self.member, "partners.log_activity", partner)
        activity = log_activity(partner, by=self.member, **values)
        return Response(ActivitySerializer(activity).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=ActivityChange, responses=ActivitySerializer)
    def partial_update(self, request: Any, pk: Any = None) -> Response:
        activity = self.get_object()
        values = self._values(ActivityChange(data=request.data, partial=True))
        edit_activity(activity, by=self.member, seen_version=values.pop("version"), **values)
        return Response(ActivitySerializer(activity).data)


class NoteSerializer(serializers.ModelSerializer):
    class Meta:
        model = Note
        fields = ["id", "partner_id", "text", "at", "version", "updated_at"]
        read_only_fields = fields


class NoteFields(serializers.Serializer):
    text = serializers.CharField(max_length=4000)


class NoteChange(NoteFields):
    version = seen_version()


class NoteInput(NoteFields):
    partner_id = serializers.UUIDField()


class NotesViewSet(ReadRecordsViewSet):
    """Private notes on partners."""

    queryset = Note.objects.order_by("-at", "-pk")
    serializer_class = NoteSerializer
    filterset_fields = ["partner"]
    permissions = {
        "list": "partners.view_note",
        "retrieve": "partners.view_note",
        "create": "partners.add_note",
        "partial_update": "partners.edit_note",
    }

    @extend_schema(request=NoteInput, responses={201: NoteSerializer})
    def create(self, request: Any) -> Response:
        data = NoteInput(data=request.data)
        data.is_valid(raise_exception=True)
        values = dict(data.validated_data)
        partner = find_visible(Partner, self.member, values.pop("partner_id"))
        require(self.member, "partners.add_note", partner)
        note = add_note(partner, by=self.member, **values)
        return Response(NoteSerializer(note).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=NoteChange, responses=NoteSerializer)
    def partial_update(self, request: Any, pk: Any = None) -> Response:
        note = self.get_object()
        data = NoteChange(data=request.data)
        data.is_valid(raise_exception=True)
        edit_note(note, by=self.member, text=data.validated_data["text"], seen_version=data.validated_data["version"])
        return Response(NoteSerializer(note).data)


def register(router: Any) -> None:
    router.register("contacts", ContactsViewSet, basename="contacts")
    router.register("activities", ActivitiesViewSet, basename="activities")
    router.register("notes", NotesViewSet, basename="notes")
