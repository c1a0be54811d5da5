"""People and invitations in the API: the same rows, permissions and actions as the pages."""

from __future__ import annotations

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response

from prm.kernel.invitations import (
    InvitationState,
    in_state,
    invite_member,
    resend_invitation,
    revoke_invitation,
    state_of,
)
from prm.kernel.languages import SPOKEN
from prm.kernel.members import (
    change_roles,
    deactivate_member,
    edit_own_card,
    hand_over_champion,
    reactivate_member,
    set_signing_authority,
)
from prm.kernel.models import Invitation, Membership
from prm.kernel.roles import Role
from prm.kernel.web.inputs import checked
from prm.kernel.web.lists import lend_list
from prm.kernel.web.viewsets import ReadRecordsViewSet


class MemberSerializer(serializers.ModelSerializer):
    name = serializers.CharField(source="user.name", read_only=True)
    email = serializers.CharField(source="user.email", read_only=True)

    class Meta:
        model = Membership
        fields = ["id", "name", "email", "partner_id", "title", "roles", "signing_authority", "active", "version"]
        read_only_fields = fields


class RolesInput(serializers.Serializer):
    roles = serializers.ListField(child=serializers.ChoiceField(choices=Role.choices))


class SignsInput(serializers.Serializer):
    signing_authority = serializers.BooleanField()


class CardInput(serializers.Serializer):
    title = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    languages = serializers.MultipleChoiceField(choices=sorted(SPOKEN), required=False, default=list)
    asks = serializers.CharField(max_length=160, required=False, allow_blank=True, default="")
    shows_email = serializers.BooleanField(required=False, default=True)


class MembersViewSet(ReadRecordsViewSet):
    """Who may come in here, with which roles."""

    queryset = Membership.objects.select_related("user").order_by("created_at", "pk")
    serializer_class = MemberSerializer
    listing = "kernel:people"
    filterset_fields = ["active"]
    permissions = {
        "list": "kernel.view_member",
        "retrieve": "kernel.view_member",
        "roles": "kernel.change_roles",
        "deactivate": "kernel.deactivate_member",
        "reactivate": "kernel.reactivate_member",
        "hand_over": "kernel.hand_over_champion",
        "signing": "kernel.set_signing_authority",
        "card": "kernel.edit_own_card",
    }

    def answer(self, member: Membership) -> Response:
        return Response(MemberSerializer(member).data)

    @extend_schema(request=RolesInput, responses=MemberSerializer)
    @action(detail=True, methods=["post"])
    def roles(self, request: Any, pk: Any = None) -> Response:
        """Give other roles; they hold with the next request."""
        member, data = self.get_object(), RolesInput(data=request.data)
        data.is_valid(raise_exception=True)
        return self.answer(change_roles(member, roles=data.validated_data["roles"], by=self.member))

    @extend_schema(request=None, responses=MemberSerializer)
    @action(detail=True, methods=["post"])
    def deactivate(self, request: Any, pk: Any = None) -> Response:
        return self.answer(deactivate_member(self.get_object(), by=self.member))

    @extend_schema(request=None, responses=MemberSerializer)
    @action(detail=True, methods=["post"])
    def reactivate(self, request: Any, pk: Any = None) -> Response:
        return self.answer(reactivate_member(self.get_object(), by=self.member))

    @extend_schema(request=None, responses=MemberSerializer)
    @action(detail=True, methods=["post"], url_path="hand-over")
    def hand_over(self, request: Any, pk: Any = None) -> Response:
        """The champion who calls makes this colleague champion and steps back."""
        return self.answer(hand_over_champion(self.get_object(), by=self.member))

    @extend_schema(request=SignsInput, responses=MemberSerializer)
    @action(detail=True, methods=["post"])
    def signing(self, request: Any, pk: Any = None) -> Response:
        member, data = self.get_object(), SignsInput(data=request.data)
        data.is_valid(raise_exception=True)
        return self.answer(
            set_signing_authority(member, given=data.validated_data["signing_authority"], by=self.member)
        )

    @extend_schema(request=CardInput, responses=MemberSerializer)
    @action(detail=True, methods=["post"])
    def card(self, request: Any, pk: Any = None) -> Response:
        """What others see of yourself in the directory; what is not said is emptied."""
        return self.answer(edit_own_card(self.get_object(), by=self.member, **checked(CardInput, request)))


class InvitationSerializer(serializers.ModelSerializer):
    state = serializers.SerializerMethodField(
        help_text="Withdrawn is also what a newer one to the same address has replaced."
    )

    class Meta:
        model = Invitation
        fields = [
            "id", "email", "name", "partner_id", "roles", "state", "expires_at", "used_at", "revoked_at", "created_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_state(self, invitation: Invitation) -> InvitationState:
        return state_of(invitation)


class InvitationFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=InvitationState.choices, method="in_state", label="State")
    email = django_filters.CharFilter(lookup_expr="iexact")

    class Meta:
        model = Invitation
        fields: tuple[str, ...] = ()

    def in_state(self, queryset: Any, name: str, value: str) -> Any:
        return in_state(queryset, value)


lend_list("invitations", (), InvitationFilter)


class InvitationInput(serializers.Serializer):
    email = serializers.EmailField(max_length=254)
    name = serializers.CharField(max_length=120, required=False, allow_blank=True)
    partner_id = serializers.UUIDField(required=False, allow_null=True, help_text="Empty: the vendor's own people.")
    roles = serializers.ListField(child=serializers.ChoiceField(choices=Role.choices))


class InvitationsViewSet(ReadRecordsViewSet):
    """Who was asked to join."""

    queryset = Invitation.objects.order_by("-created_at", "pk")
    serializer_class = InvitationSerializer
    listing = "invitations"
    permissions = {
        "list": "kernel.invite_member",
        "retrieve": "kernel.invite_member",
        "create": "kernel.invite_member",
        "resend": "kernel.resend_invitation",
        "revoke": "kernel.revoke_invitation",
    }

    @extend_schema(request=InvitationInput, responses={201: InvitationSerializer})
    def create(self, request: Any) -> Response:
        data = InvitationInput(data=request.data)
        data.is_valid(raise_exception=True)
        values = dict(data.validated_data)
        invitation = invite_member(
            values["email"],
            name=values.get("name", ""),
            roles=values["roles"],
            partner_id=values.get("partner_id"),
            by=self.member,
        )
        return Response(InvitationSerializer(invitation).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=InvitationSerializer)
    @action(detail=True, methods=["post"])
    def resend(self, request: Any, pk: Any = None) -> Response:
        return Response(InvitationSerializer(resend_invitation(self.get_object(), by=self.member)).data)

    @extend_schema(request=None, responses=InvitationSerializer)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Any, pk: Any = None) -> Response:
        return Response(InvitationSerializer(revoke_invitation(self.get_object(), by=self.member)).data)
