"""Coming in: the invitation's page, the second factor a vendor asks for, keys to the API, the policy of signing in."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.openid_connect.views import login as openid_connect_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from prm.kernel.errors import Refused
from prm.kernel.grants import may_revoke_token
from prm.kernel.invitations import accept_invitation, find_invitation, join_as_new_person
from prm.kernel.members import set_second_factor_policy
from prm.kernel.models import ApiToken, Invitation, Tenant, User
from prm.kernel.policies import permits
from prm.kernel.signin.adapters import INVITATION
from prm.kernel.signin.forms import JoinForm, NothingForm, SignInPolicyForm, TokenForm
from prm.kernel.signin.rows import present_tokens, role_names
from prm.kernel.signin.second_factor import has_second_factor
from prm.kernel.tenancy.context import tenant_scope
from prm.kernel.tokens import create_token, revoke_token
from prm.kernel.web import sessions
from prm.kernel.web.access import may, public, signed_in
from prm.kernel.web.forms import submit
from prm.kernel.web.tenancy import member_of

TOKENS_SHOWN = 200
SECOND_FACTOR_NEXT = "second_factor_next"


@public
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the link of an invitation. Looking at it uses nothing up; pressing the button does."""
    try:
        tenant, found = find_invitation(token)
    except Refused as refusal:
        return render(request, "kernel/invitation_over.html", {"refusal": refusal}, status=refusal.status)
    if User.objects.filter(email=found.email).exists():
        return _confirm(request, tenant, found)
    return _join(request, tenant, found, token)


def _confirm(request: HttpRequest, tenant: Tenant, found: Invitation) -> HttpResponse:
    """A known person accepts while signed in with the invited address."""
    user = request.user
    is_invited = user.is_authenticated and user.email == found.email and sessions.reaches(request.session, tenant.slug)

    def page(form: Any) -> HttpResponse:
        return _invitation_page(request, tenant, found, form, is_invited=is_invited, is_known=True)

    if request.method != "POST" or not is_invited:
        response = page(NothingForm())
        response.status_code = 403 if request.method == "POST" else 200
        return response

    def act(data: dict[str, Any]) -> Any:
        with tenant_scope(tenant):
            return accept_invitation(found, user=user)  # type: ignore[arg-type]

    return submit(request, NothingForm(request.POST), act, again=page, then=lambda _: f"/t/{tenant.slug}/")


def _join(request: HttpRequest, tenant: Tenant, found: Invitation, token: str) -> HttpResponse:
    """A new person chooses a name and a password, or comes in through the vendor's identity provider."""
    provider = SocialApp.objects.filter(settings__tenant=tenant.slug).first()
    if request.user.is_authenticated:  # somebody else sits at this screen
        return _invitation_page(request, tenant, found, NothingForm(), is_invited=False, is_known=False)
    if provider is not None:
        request.session[INVITATION] = token

    def page(form: Any) -> HttpResponse:
        return _invitation_page(request, tenant, found, form, is_invited=False, is_known=False, provider=provider)

    if request.method != "POST":
        return page(JoinForm(initial={"name": found.name}, email=found.email))

    def act(data: dict[str, Any]) -> Any:
        with tenant_scope(tenant):
            return join_as_new_person(found, name=data["name"], password=data["password"])

    def sign_in(member: Any) -> str:
        record_authentication(request, member.user, method="password", email=member.user.email)
        onward = f"/t/{tenant.slug}/"
        return perform_login(request, member.user, email_verification="none", redirect_url=onward)["Location"]

    return submit(request, JoinForm(request.POST, email=found.email), act, again=page, then=sign_in)


def _invitation_page(
    request: HttpRequest,
    tenant: Tenant,
    found: Invitation,
    form: Any,
    *,
    is_invited: bool,
    is_known: bool,
    provider: SocialApp | None = None,
) -> HttpResponse:
    return render(
        request,
        "kernel/invitation.html",
        {
            "form": form,
            "vendor": tenant,
            "tenant": tenant,  # the page wears the vendor's look, before there is a member
            "company": found.partner,
            "email": found.email,
            "roles": role_names(found.roles),
            "inviter": found.invited_by.user.name if found.invited_by else "",
            "is_invited": is_invited,
            "is_known": is_known,
            "sign_in_url": f"{reverse('account_login')}?next={quote(request.path)}",
            "provider": provider,
            "onward": f"/t/{tenant.slug}/",
        },
    )


@signed_in
@require_safe
def second_factor(request: HttpRequest) -> HttpResponse:
    """A vendor asks for a second factor: how to set one up, and on to where one was going once it is there."""
    onward = request.GET.get("next", "")
    if onward and url_has_allowed_host_and_scheme(onward, allowed_hosts={request.get_host()}):
        request.session[SECOND_FACTOR_NEXT] = onward
    if has_second_factor(request.user.pk):  # type: ignore[arg-type]
        return HttpResponseRedirect(request.session.pop(SECOND_FACTOR_NEXT, "/"))
    return render(request, "kernel/second_factor.html")


@public
def provider_login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Off to the vendor's identity provider, by a page in between.

    Our policy for contents lets a form lead to ourselves only, and browsers hold that against redirects too; a link
    or a refresh may lead elsewhere.
    """
    response = openid_connect_login(request, provider_id)
    onward = response.get("Location", "")
    if request.method == "POST" and onward.startswith(("https://", "http://")):
        return render(request, "kernel/onward.html", {"onward": onward})
    return response


@public
def closed(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """Pages of the sign-in library that this product does not have: an address changes by a new invitation."""
    raise Http404


@may("kernel.view_token")
@require_safe
def tokens(request: HttpRequest) -> HttpResponse:
    return _tokens_page(request, TokenForm())


@may("kernel.create_token")
@require_POST
def add_token(request: HttpRequest) -> HttpResponse:
    """Make a key. It stands in this one answer and nowhere else."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _tokens_page(request, form, status=422)
    try:
        data = form.cleaned_data
        secret = create_token(data["name"], by=member_of(request), scope=data["scope"])
    except Refused as refusal:
        form.add_error(refusal.field, str(refusal))
        return _tokens_page(request, form, status=422)
    return _tokens_page(request, TokenForm(), secret=secret)


@may("kernel.revoke_token", ApiToken)
@require_POST
def end_token(request: HttpRequest, token: ApiToken) -> HttpResponse:
    return submit(
        request,
        NothingForm(request.POST),
        lambda data: revoke_token(token, by=member_of(request)),
        again=lambda form: _tokens_page(request, TokenForm(), refusal=form),
        then=lambda _: reverse("kernel:tokens"),
    )


def _tokens_page(
    request: HttpRequest, form: TokenForm, *, secret: str = "", refusal: Any = None, status: int = 200
) -> HttpResponse:
    member = member_of(request)
    found = (
        ApiToken.objects.visible_to(member).select_related("user").order_by("revoked_at", "-created_at")[:TOKENS_SHOWN]
    )
    shown = present_tokens(list(found), may_revoke=lambda token: may_revoke_token(member, token))
    context = {
        "tokens": shown,
        "form": form,
        "secret": secret,
        "refusal": refusal,
        "may_create": permits(member, "kernel.create_token"),
    }
    return render(request, "kernel/tokens.html", context, status=status)


@may("kernel.edit_sign_in")
def sign_in_policy(request: HttpRequest) -> HttpResponse:
    """The vendor's rule for second factors."""
    member = member_of(request)

    def page(form: Any) -> HttpResponse:
        return render(request, "kernel/sign_in_policy.html", {"form": form})

    if request.method != "POST":
        return page(SignInPolicyForm(initial={"needed": member.tenant.needs_second_factor}))
    return submit(
        request,
        SignInPolicyForm(request.POST),
        lambda data: set_second_factor_policy(needed=data["needed"], by=member),
        again=page,
        then=lambda _: reverse("kernel:sign_in_policy"),
    )
