"""The pages of people: who is here with which role, inviting, changing roles, ending a membership."""

from __future__ import annotations

import datetime as dt
from typing import Any

import django_filters
from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from prm.kernel import clock
from prm.kernel.grants import company_model, grantable_roles, looks_after
from prm.kernel.invitations import invite_member, resend_invitation, revoke_invitation
from prm.kernel.members import (
    change_roles,
    deactivate_member,
    hand_over_champion,
    reactivate_member,
    set_signing_authority,
)
from prm.kernel.models import Invitation, Membership
from prm.kernel.policies import permits
from prm.kernel.roles import PARTNER_ROLES, VENDOR_ROLES, Role
from prm.kernel.signin.forms import InviteForm, NothingForm, RolesForm, role_choices
from prm.kernel.signin.rows import PersonRow, present_invitations, present_people
from prm.kernel.web.access import may
from prm.kernel.web.forms import go, submit
from prm.kernel.web.lists import Column, lend_list, list_page
from prm.kernel.web.tenancy import member_of
from prm.kernel.words import own

COLUMNS = (
    Column("name", "Name", ("user__name",), lambda r: r.name),
    Column("email", "E-mail", ("user__email",), lambda r: r.email),
    Column("company", "Company", ("partner__sort_name", "user__name"), lambda r: r.company),
    Column("roles", "Roles", (), lambda r: r.roles),
    Column("active", "Access", ("active", "user__name"), lambda r: "yes" if r.active else "ended"),
)
OPEN_SHOWN = 50
SHOWN_WHEN_OVER = dt.timedelta(days=30)  # an invitation that ran out is still offered to be sent again


class PeopleFilter(django_filters.FilterSet):
    unasked = {"ended": "true"}

    q = django_filters.CharFilter(method="search", label="Name or e-mail")
    side = django_filters.ChoiceFilter(
        method="by_side",
        label="Side",
        choices=[("vendor", "Our people"), ("partner", own("Partners' people"))],
        empty_label="All",
    )
    role = django_filters.ChoiceFilter(method="by_role", label="Role", choices=Role.choices, empty_label="All")
    ended = django_filters.BooleanFilter(
        method="by_access", label="Show ended access", widget=forms.CheckboxInput, field_name="active"
    )

    class Meta:
        model = Membership
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not member_of(self.request).is_vendor:
            del self.filters["side"]
            self.filters["role"].extra["choices"] = role_choices(PARTNER_ROLES)

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        found = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("ended") else found.filter(active=True)

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(Q(user__name__icontains=value) | Q(user__email__icontains=value))

    def by_side(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(partner__isnull=value == "vendor")

    def by_role(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(roles__contains=[value])

    def by_access(self, queryset: QuerySet, name: str, value: bool | None) -> QuerySet:
        return queryset


lend_list("kernel:people", COLUMNS, PeopleFilter)


@may("kernel.view_member")
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Everybody this member may know of, and the invitations that are still open."""
    member = member_of(request)
    listed = list_page(
        request,
        Membership.objects.visible_to(member).select_related("user", "partner"),
        COLUMNS,
        default_sort="name",
        filterset=PeopleFilter,
        present=lambda members: present_people(members, vendor_name=member.tenant.name),
        file_name="people",
    )
    if isinstance(listed, HttpResponse):
        return listed
    may_invite = permits(member, "kernel.invite_member")
    return render(
        request,
        "kernel/people.html",
        {"list": listed, "may_invite": may_invite, "invitations": _open_invitations(member) if may_invite else []},
    )


@may("kernel.view_member", Membership.objects.select_related("user", "partner"))
@require_safe
def person(request: HttpRequest, subject: Membership) -> HttpResponse:
    """One member: the roles, and what the reader may change about them."""
    return _person_page(request, subject)


@may("kernel.change_roles", Membership.objects.select_related("user", "partner"))
@require_POST
def roles(request: HttpRequest, subject: Membership) -> HttpResponse:
    member = member_of(request)
    form = RolesForm(request.POST, by=member, member=subject)
    return submit(
        request,
        form,
        lambda data: change_roles(subject, roles=data["roles"], by=member),
        again=lambda form: _person_page(request, subject, roles_form=form),
        then=lambda _: reverse("kernel:person", args=[subject.pk]),
    )


@may("kernel.set_signing_authority", Membership.objects.select_related("user", "partner"))
@require_POST
def authority(request: HttpRequest, subject: Membership) -> HttpResponse:
    set_signing_authority(subject, given=request.POST.get("given") == "yes", by=member_of(request))
    return go(request, reverse("kernel:person", args=[subject.pk]))


@may("kernel.deactivate_member", Membership.objects.select_related("user", "partner"))
@require_POST
def deactivate(request: HttpRequest, subject: Membership) -> HttpResponse:
    return submit(
        request,
        NothingForm(request.POST),
        lambda data: deactivate_member(subject, by=member_of(request)),
        again=lambda form: _person_page(request, subject, end_form=form),
        then=lambda _: reverse("kernel:people"),
    )


@may("kernel.reactivate_member", Membership.objects.select_related("user", "partner"))
@require_POST
def reactivate(request: HttpRequest, subject: Membership) -> HttpResponse:
    return _with_person(request, subject, NothingForm(request.POST), "end_form", reactivate_member)


@may("kernel.hand_over_champion", Membership.objects.select_related("user", "partner"))
@require_POST
def hand_over(request: HttpRequest, subject: Membership) -> HttpResponse:
    return _with_person(request, subject, NothingForm(request.POST), "hand_form", hand_over_champion)


def _with_person(request: HttpRequest, subject: Membership, form: forms.Form, name: str, action: Any) -> HttpResponse:
    return submit(
        request,
        form,
        lambda data: action(subject, by=member_of(request), **data),
        again=lambda form: _person_page(request, subject, **{name: form}),
        then=lambda _: reverse("kernel:person", args=[subject.pk]),
    )


@may("kernel.invite_member")
def invite(request: HttpRequest) -> HttpResponse:
    """Ask a person to join; `?company=` names the partner company beforehand."""
    member = member_of(request)
    given = {"company": request.GET.get("company")}
    form = _invite_form(member, request.POST if request.method == "POST" else None, given)
    if request.method != "POST":
        return _invite_page(request, form)
    return submit(
        request,
        form,
        lambda data: invite_member(
            data["email"],
            name=data["name"],
            roles=data["roles"],
            partner_id=data["company"].pk if data.get("company") else None,
            by=member,
        ),
        again=lambda form: _invite_page(request, form),
        then=lambda _: reverse("kernel:people"),
    )


@may("kernel.resend_invitation", Invitation.objects.select_related("partner"))
@require_POST
def resend(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    def then(_: Any) -> str:
        messages.success(
            request, gettext("A fresh invitation is on its way to %(email)s.") % {"email": invitation.email}
        )
        return reverse("kernel:people")

    return submit(
        request,
        NothingForm(request.POST),
        lambda data: resend_invitation(invitation, by=member_of(request)),
        again=lambda form: render(request, "kernel/people_revoke.html", {"form": form, "invitation": invitation}),
        then=then,
    )


@may("kernel.revoke_invitation", Invitation.objects.select_related("partner"))
@require_POST
def revoke(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    return submit(
        request,
        NothingForm(request.POST),
        lambda data: revoke_invitation(invitation, by=member_of(request)),
        again=lambda form: render(request, "kernel/people_revoke.html", {"form": form, "invitation": invitation}),
        then=lambda _: reverse("kernel:people"),
    )


def _invite_form(member: Membership, data: Any, initial: dict[str, Any]) -> InviteForm:
    """The vendor's own people are invited without a company, a partner's people with theirs."""
    company = company_model()
    for_own_side = bool(grantable_roles(member, None))
    if member.is_vendor:
        looks_after_partners = member.has(Role.ACCOUNT_MANAGER, Role.OPERATIONS)
        offered = (VENDOR_ROLES if for_own_side else frozenset()) | (
            PARTNER_ROLES if looks_after_partners else frozenset()
        )
        companies = company.objects.visible_to(member) if looks_after_partners else None
    else:
        offered = grantable_roles(member, member.partner_id)
        companies = company.objects.visible_to(member)
        initial = {**initial, "company": initial["company"] or member.partner_id}
    return InviteForm(
        data,
        initial=initial,
        offered=offered,
        companies=companies,
        own_side=member.tenant.name if for_own_side else "",
    )


def _invite_page(request: HttpRequest, form: forms.Form) -> HttpResponse:
    return render(request, "kernel/people_invite.html", {"form": form})


def _person_page(request: HttpRequest, subject: Membership, **sent: Any) -> HttpResponse:
    """`sent` is the form that was refused; all others are shown as the person stands in the database."""
    member = member_of(request)
    subject = Membership.objects.select_related("user", "partner").get(pk=subject.pk)
    in_charge = looks_after(member, subject) and permits(member, "kernel.change_roles")
    shown: PersonRow = present_people([subject], vendor_name=member.tenant.name)[0]
    context = {
        "person": shown,
        "may_change": subject.active and in_charge,
        "may_reactivate": not subject.active and in_charge,
        "may_hand_over": permits(member, "kernel.hand_over_champion", subject) and Role.CHAMPION not in subject.roles,
        "may_give_authority": subject.active and permits(member, "kernel.set_signing_authority", subject),
        "roles_form": RolesForm(initial={"roles": subject.roles}, by=member, member=subject),
        "end_form": NothingForm(),
        "hand_form": NothingForm(),
        "is_oneself": subject.pk == member.pk,
    }
    return render(request, "kernel/people_person.html", context | sent)


def _open_invitations(member: Membership) -> list[Any]:
    found = (
        Invitation.objects.visible_to(member)
        .select_related("partner")
        .filter(used_at=None, revoked_at=None, expires_at__gt=clock.now() - SHOWN_WHEN_OVER)
        .order_by("-created_at")[:OPEN_SHOWN]
    )
    waiting = list(found)
    # Asked once per company, not once per invitation.
    given = {company: grantable_roles(member, company) for company in {i.partner_id for i in waiting}}
    return present_invitations(
        waiting,
        vendor_name=member.tenant.name,
        may_revoke=lambda i: {Role(role) for role in i.roles} <= given[i.partner_id],
    )
