"""The pages of documents: all of them, one with its versions, keeping, sending, signing, and the file itself."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partners.actions import (
    add_document_version,
    decline_document,
    recall_document,
    record_document,
    send_document_for_signature,
    sign_document,
)
from partners.forms import DeclineForm, DocumentForm, SignForm, VersionForm
from partners.models import Document, DocumentVersion, Partner
from partners.queries import agreement_before_authority, named_signer, signers_of, with_state
from partners.rows import present_documents, present_versions
from prm.kernel.files import serve
from prm.kernel.policies import permits
from prm.kernel.text import sort_key
from prm.kernel.web.access import may
from prm.kernel.web.forms import go, submit
from prm.kernel.web.lists import Column, lend_list, list_page
from prm.kernel.web.tenancy import member_of
from prm.kernel.words import own

COLUMNS = (
    Column("title", "Document", ("title",), lambda row: row.title),
    Column("partner", "Partner", ("partner__sort_name", "title"), lambda row: row.partner),
    Column("kind", "Kind", ("kind", "title"), lambda row: row.kind),
    Column("state", "State", (), lambda row: row.state),
    Column("signed", "Signed", ("signed_on",), lambda row: row.signed),
    Column("until", "Valid until", ("valid_to",), lambda row: row.until),
)
VERSIONS = DocumentVersion.objects.select_related("file__made_by__user", "document__partner", "signed_by__user")


class DocumentFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search", label=own("Title or partner"))
    kind = django_filters.ChoiceFilter(choices=Document.Kind.choices, label="Kind", empty_label="All kinds")
    state = django_filters.ChoiceFilter(
        choices=[("sent", "Waits for signature"), ("declined", "Declined"), ("signed", "Signed here")],
        field_name="latest_state",
        label="State",
        empty_label="All states",
    )
    until = django_filters.DateFilter(
        field_name="valid_to", lookup_expr="lte", label="Ends by", widget=forms.DateInput(attrs={"type": "date"})
    )

    class Meta:
        model = Document
        fields: list[str] = []

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(Q(title__icontains=value) | Q(partner__sort_name__contains=sort_key(value)))


lend_list("partners:documents", COLUMNS, DocumentFilter)


@may("partners.view_document")
@require_safe
def document_list(request: HttpRequest) -> HttpResponse:
    """The documents of all partners this member may know of."""
    shown = list_page(
        request,
        with_state(Document.objects.visible_to(member_of(request)).select_related("partner")),
        COLUMNS,
        default_sort="partner",
        filterset=DocumentFilter,
        present=lambda documents: present_documents(documents, with_partner=True),
        file_name="documents",
    )
    if isinstance(shown, HttpResponse):
        return shown
    return render(request, "partners/documents/list.html", {"list": shown})


@may("partners.view_document", Document.objects.select_related("partner"))
@require_safe
def document(request: HttpRequest, document: Document) -> HttpResponse:
    """One document: its versions, and what the reader may do with the latest."""
    return _page(request, document)


@may("partners.record_document", Partner)
@require_http_methods(["GET", "POST"])
def document_add(request: HttpRequest, partner: Partner) -> HttpResponse:
    return _form(
        request,
        DocumentForm(request.POST or None, request.FILES or None),
        lambda data: record_document(partner, by=member_of(request), **data),
        heading=f"Add a document of {partner.name}",
        back=f"{partner.get_absolute_url()}?tab=documents",
    )


@may("partners.add_document_version", Document.objects.select_related("partner"))
@require_http_methods(["GET", "POST"])
def version_add(request: HttpRequest, document: Document) -> HttpResponse:
    return _form(
        request,
        VersionForm(request.POST or None, request.FILES or None),
        lambda data: add_document_version(document, by=member_of(request), **data),
        heading=f"New version of {document.title}",
        back=document.get_absolute_url(),
    )


@may("partners.send_document_for_signature", Document.objects.select_related("partner"))
@require_POST
def send(request: HttpRequest, document: Document) -> HttpResponse:
    send_document_for_signature(document, by=member_of(request))
    return _back(request, document)


@may("partners.recall_document", Document.objects.select_related("partner"))
@require_POST
def recall(request: HttpRequest, document: Document) -> HttpResponse:
    recall_document(document, by=member_of(request))
    return _back(request, document)


@may("partners.sign_document", VERSIONS)
@require_POST
def sign(request: HttpRequest, version: DocumentVersion) -> HttpResponse:
    return submit(
        request,
        SignForm(request.POST),
        lambda data: sign_document(version, by=member_of(request), **data),
        again=lambda form: _page(request, version.document, sign_form=form),
        then=lambda signed: signed.get_absolute_url(),
    )


@may("partners.decline_document", VERSIONS)
@require_POST
def decline(request: HttpRequest, version: DocumentVersion) -> HttpResponse:
    return submit(
        request,
        DeclineForm(request.POST),
        lambda data: decline_document(version, by=member_of(request), **data),
        again=lambda form: _page(request, version.document, decline_form=form),
        then=lambda declined: declined.get_absolute_url(),
    )


@may("partners.view_document", VERSIONS)
@require_safe
def file(request: HttpRequest, version: DocumentVersion) -> HttpResponse:
    """The file of one version, always as an attachment."""
    return serve(version.file)


def _page(request: HttpRequest, document: Document, *, sign_form: Any = None, decline_form: Any = None) -> HttpResponse:
    member = member_of(request)
    versions = list(VERSIONS.filter(document=document).order_by("-number"))
    latest = versions[0] if versions else None
    waits = latest is not None and latest.state == DocumentVersion.State.SENT
    may_sign = waits and permits(member, "partners.sign_document", latest)
    is_agreement = document.kind == Document.Kind.AGREEMENT
    may_send = permits(member, "partners.send_document_for_signature", document)
    context = {
        "document": document,
        "shown": present_documents(with_state(Document.objects.filter(pk=document.pk)))[0],
        "versions": present_versions(versions),
        "latest": latest,
        "waits": waits,
        "sign_form": sign_form or (SignForm() if may_sign else None),
        "decline_form": decline_form or (DeclineForm() if may_sign else None),
        "may_send": may_send and latest is not None and latest.state in {"kept", "declined"},
        "may_recall": may_send and waits,
        "may_add_version": permits(member, "partners.add_document_version", document),
        "signers": signers_of(document.partner_id) if member.is_vendor and latest is not None else None,
        "named": named_signer(document.partner_id) if member.is_vendor and is_agreement and waits else None,
        "is_named": is_agreement and waits and agreement_before_authority(member) == latest,
        "may_confirm": permits(member, "kernel.set_signing_authority"),
        "is_vendor": member.is_vendor,
    }
    return render(request, "partners/documents/document.html", context)


def _back(request: HttpRequest, document: Document) -> HttpResponse:
    return go(request, document.get_absolute_url())


def _form(request: HttpRequest, form: Any, act: Any, *, heading: str, back: str) -> HttpResponse:
    def page(form: Any) -> HttpResponse:
        return render(request, "partners/form.html", {"form": form, "heading": heading, "back": back})

    if request.method == "GET":
        return page(form)
    return submit(request, form, act, again=page, then=lambda made: made.get_absolute_url())
