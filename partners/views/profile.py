"""The pages of a partner's profile: filling it in, settling what sources dispute, places, and the questions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from partners.actions import (
    ProfileMoved,
    add_location,
    answer_profile_question,
    edit_location,
    edit_profile_question,
    remove_location,
    settle_profile_value,
    skip_profile_question,
    update_profile,
)
from partners.forms import AnswerForm, LocationForm, ProfileForm, QuestionForm, in_fields
from partners.models import Partner, PartnerLocation, PartnerProfile, ProfileQuestion
from partners.profile_fields import FIELDS
from partners.profile_rows import present_moved
from partners.queries import profile_of
from partners.statements import changed_since, in_force_at, statements
from partners.views.company import form_page
from prm.kernel.errors import Refused
from prm.kernel.events import plain
from prm.kernel.web.access import may
from prm.kernel.web.forms import submit
from prm.kernel.web.table_exports import table_export
from prm.kernel.web.tenancy import member_of


def tab_of(partner: Partner, tab: str) -> str:
    return f"{partner.get_absolute_url()}?tab={tab}"


@may("partners.edit_profile", Partner)
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest, partner: Partner) -> HttpResponse:
    known = profile_of(partner)
    initial = {name: getattr(known, name) for name in FIELDS} | {"version": known.version}
    back = tab_of(partner, "profile")
    stale: list[int] = []  # the version that was seen, where the profile has moved on since

    def act(data: dict[str, Any]) -> Any:
        values = {name: data[name] for name in FIELDS}
        try:
            return update_profile(partner, by=member_of(request), seen_version=data["version"], **values)
        except ProfileMoved:
            stale.append(data["version"])
            raise

    def page(form: Any) -> HttpResponse:
        context = {"form": form, "heading": _("Profile of %s") % partner.name, "back": back}
        if stale:
            context |= _caught_up(form, profile_of(partner), stale[0])
        return render(request, "partners/profile_form.html", context)

    form = ProfileForm(request.POST or None, initial=initial)
    if request.method == "GET":
        return page(form)
    return submit(request, form, act, again=page, then=lambda saved: back)


def _caught_up(form: ProfileForm, known: PartnerProfile, seen: int) -> dict[str, Any]:
    """The refused form on top of what is known now: what one left alone is as the others said it, the rest as typed.

    Saved again it takes effect: whoever does has seen what changed.
    """
    data, moved = form.data.copy(), {}
    for name in changed_since(known.sources, seen):
        spec, mine, now = FIELDS[name], form.cleaned_data[name], getattr(known, name)
        before = in_force_at(statements(known.sources, name), seen)
        was = before.value if before is not None else getattr(PartnerProfile(), name)
        touched = not spec.is_same(plain(mine), was) and not spec.is_same(mine, now)
        moved[name] = mine if touched else None
        if not touched:
            data.setlist(name, in_fields(spec, now))
    data["version"] = str(known.version)
    again = ProfileForm(data, initial=form.initial)
    again.full_clean()
    for reason in form.non_field_errors():
        again.add_error(None, reason)
    return {"form": again, "moved": present_moved(known, moved)}


@may("partners.edit_profile", Partner)
@require_POST
def settle(request: HttpRequest, partner: Partner) -> HttpResponse:
    """Take what a source said as the value in force, or confirm the present one."""
    field, source = request.POST.get("field", ""), request.POST.get("source", "")
    settle_profile_value(partner, field, source, by=request.member)  # type: ignore[attr-defined]
    messages.success(request, _("Noted as said by you today."))
    return redirect(tab_of(partner, "profile"))


@may("partners.edit_location", Partner)
@require_http_methods(["GET", "POST"])
def location_add(request: HttpRequest, partner: Partner) -> HttpResponse:
    return form_page(
        request,
        LocationForm(request.POST or None),
        lambda data: add_location(partner, by=request.member, **data),  # type: ignore[attr-defined]
        title=_("Add a location of %s") % partner.name,
        back=tab_of(partner, "people"),
        then=lambda added: tab_of(partner, "people"),
    )


@may("partners.edit_location", PartnerLocation.objects.select_related("partner"))
@require_http_methods(["GET", "POST"])
def location(request: HttpRequest, location: PartnerLocation) -> HttpResponse:
    initial = {name: getattr(location, name) for name in LocationForm.base_fields}
    back = tab_of(location.partner, "people")
    return form_page(
        request,
        LocationForm(request.POST or None, initial=initial),
        lambda data: edit_location(location, by=request.member, **data),  # type: ignore[attr-defined]
        title=_("Edit %s") % location,
        back=back,
        then=lambda saved: back,
        template="partners/location.html",
        location=location,
    )


@may("partners.edit_location", PartnerLocation.objects.select_related("partner"))
@require_POST
def location_remove(request: HttpRequest, location: PartnerLocation) -> HttpResponse:
    remove_location(location, by=request.member)  # type: ignore[attr-defined]
    return redirect(tab_of(location.partner, "people"))


@may("partners.answer_profile_question", ProfileQuestion)
@require_POST
def answer(request: HttpRequest, question: ProfileQuestion) -> HttpResponse:
    """The answer to the question of the day; without scripts one lands on the home page again."""
    form = AnswerForm(question, request.POST)
    status = 422
    if form.is_valid():
        said, seen = form.cleaned_data["value"], form.cleaned_data["version"]
        try:
            answer_profile_question(question, said, by=member_of(request), seen_version=seen)
        except ProfileMoved as moved:
            form, status = _said_meanwhile(request, question, moved), moved.status
        except Refused as refusal:
            form.add_error("value", str(refusal))
            status = 422 if refusal.status == 400 else refusal.status
        else:
            return _question_done(request, "answered")
    template = "question" if request.htmx else "question_page"  # type: ignore[attr-defined]
    shown = {"part": {"question": question, "form": form}}
    return render(request, f"partners/home/{template}.html", shown, status=status)


def _said_meanwhile(request: HttpRequest, question: ProfileQuestion, moved: ProfileMoved) -> AnswerForm:
    """The refused answer with what a colleague said of it meanwhile; saved again it replaces that."""
    data = request.POST.copy()
    data["version"] = str(moved.more["version"])
    form = AnswerForm(question, data)
    known = PartnerProfile.objects.get(partner=member_of(request).partner_id)
    (row,) = present_moved(known, {question.field: None})
    told = {"who": row.who, "value": row.value}
    form.add_error("value", _("Meanwhile %(who)s answered: %(value)s. Save again to replace it by yours.") % told)
    return form


def _question_done(request: HttpRequest, how: str) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "partners/home/question.html", {"part": {"done": how}})
    messages.success(request, _("Thank you. It stands in your profile.") if how == "answered" else _("Another time."))
    return redirect("home")


@may("partners.answer_profile_question", ProfileQuestion)
@require_POST
def skip(request: HttpRequest, question: ProfileQuestion) -> HttpResponse:
    skip_profile_question(question, by=request.member)  # type: ignore[attr-defined]
    return _question_done(request, "skipped")


@may("partners.edit_profile_question")
@require_http_methods(["GET", "POST"])
def questions(request: HttpRequest) -> HttpResponse:
    """Which questions partners are asked, in which order, and how often."""
    found = list(ProfileQuestion.objects.filter(field__in=FIELDS).order_by("order", "pk"))
    heads = (_("Question"), _("Fills in"), _("Asked"), _("Order"), _("Again after months"))
    file = table_export(
        request,
        "profile-questions",
        heads,
        lambda: (
            (one.text, str(FIELDS[one.field].label), _("yes") if one.active else _("no"), one.order, one.refresh_months)
            for one in found
        ),
    )
    if file is not None:
        return file
    forms = [
        QuestionForm(
            request.POST or None,
            prefix=str(question.pk),
            initial={name: getattr(question, name) for name in QuestionForm.base_fields},
        )
        for question in found
    ]
    status = 200
    if request.method == "POST":
        valid = [form.is_valid() for form in forms]  # all of them, so that all errors stand there
        if all(valid):
            for question, form in zip(found, forms, strict=True):
                edit_profile_question(question, by=request.member, **form.cleaned_data)  # type: ignore[attr-defined]
            messages.success(request, _("Saved."))
            return redirect("partners:questions")
        status = 422
    rows = [
        {"question": question, "form": form, "value": FIELDS[question.field].label}
        for question, form in zip(found, forms, strict=True)
    ]
    return render(request, "partners/questions.html", {"rows": rows}, status=status)
