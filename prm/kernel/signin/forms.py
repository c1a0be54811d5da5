"""Forms for people: inviting, joining, roles, keys, the policy of signing in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from prm.kernel.grants import grantable_roles
from prm.kernel.languages import SPOKEN
from prm.kernel.models import Membership, User
from prm.kernel.roles import MEANS, PARTNER_ROLES, VENDOR_ROLES, Role
from prm.kernel.tokens import key_scopes


def role_choices(roles: Any) -> list[tuple[str, str]]:
    """In the order in which the field lists its roles."""
    return [(str(role), str(role.label)) for role in Role if role in roles]


def explained_choices(roles: Any) -> list[tuple[str, Any]]:
    """The roles with what each is for."""
    explain = '<span class="choice-name">{}</span> <span class="choice-note">{}</span>'
    return [(str(role), format_html(explain, role.label, MEANS[role])) for role in Role if role in roles]


class InviteForm(forms.Form):
    """`companies` are the partner companies to choose from; `own_side` the name for "no company, our own people"."""

    email = forms.EmailField(label="E-mail address", max_length=254)
    name = forms.CharField(label="Name", max_length=120, required=False)
    company: Any = forms.ModelChoiceField(label="Company", queryset=None, empty_label=_("Choose a company"))
    roles = forms.MultipleChoiceField(label="Roles", widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, offered: Any, companies: Any, own_side: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["roles"].choices = explained_choices(offered)  # type: ignore[attr-defined]
        if companies is None:
            del self.fields["company"]
            return
        company = self.fields["company"]
        company.queryset = companies.order_by("sort_name", "pk")  # type: ignore[attr-defined]
        company.required = not own_side
        if own_side:
            company.empty_label = own_side  # type: ignore[attr-defined]


class RolesForm(forms.Form):
    roles = forms.MultipleChoiceField(label="Roles", widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, by: Membership, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        side = PARTNER_ROLES if member.partner_id else VENDOR_ROLES
        offered = grantable_roles(by, member.partner_id) & side
        self.fields["roles"].choices = explained_choices(offered)  # type: ignore[attr-defined]


class JoinForm(forms.Form):
    """A new person's name and password."""

    name = forms.CharField(
        label="Your name", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name", "autofocus": True})
    )
    password = forms.CharField(
        label="Choose a password",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 10 characters. A few unrelated words are easy to remember and hard to guess.",
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        validate_password(password, User(email=self.email, name=self.cleaned_data.get("name", "")))
        return password


class TokenForm(forms.Form):
    name = forms.CharField(label="What is it for?", max_length=80, help_text="For example: nightly export to the CRM.")
    scope = forms.ChoiceField(
        label="What may it do?",
        choices=lambda: [("", "Everything its maker may do"), *key_scopes.items()],
        required=False,
        help_text="A key in another program's hands should be able to do what that program needs, and nothing else.",
    )


class SignInPolicyForm(forms.Form):
    needed = forms.BooleanField(
        label="Ask channel chiefs, finance and administrators for a second factor",
        required=False,
        help_text="They set up an authenticator app or a passkey when they next come in.",
    )


class NothingForm(forms.Form):
    """A button: nothing to fill in, but a place for the refusal."""


class OwnNameForm(forms.Form):
    name = forms.CharField(label=_("Your name"), max_length=120, help_text=_("The same at every vendor you work with."))


class OwnCardForm(forms.Form):
    """What the others of this vendor see of oneself."""

    title = forms.CharField(label=_("Title"), max_length=120, required=False)
    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        help_text=_("Leave it empty if nobody shall call you."),
    )
    asks = forms.CharField(
        label=_("Ask me about"), max_length=160, required=False, help_text=_("For example: tiers, contracts, events.")
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages I speak"), required=False, choices=list(SPOKEN.items()), widget=forms.CheckboxSelectMultiple
    )
    shows_email = forms.BooleanField(label=_("Show my e-mail address"), required=False)
