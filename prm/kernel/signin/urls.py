"""Addresses of people, keys and coming in; named in the kernel's namespace."""

from django.urls import path

from prm.kernel.signin import account, people, views

urlpatterns = [
    path("people/", people.people, name="people"),
    path("people/invite/", people.invite, name="invite_member"),
    path("people/<uuid:membership_id>/", people.person, name="person"),
    path("people/<uuid:membership_id>/roles/", people.roles, name="change_roles"),
    path("people/<uuid:membership_id>/authority/", people.authority, name="set_signing_authority"),
    path("people/<uuid:membership_id>/deactivate/", people.deactivate, name="deactivate_member"),
    path("people/<uuid:membership_id>/reactivate/", people.reactivate, name="reactivate_member"),
    path("people/<uuid:membership_id>/hand-over/", people.hand_over, name="hand_over_champion"),
    path("people/invitations/<uuid:invitation_id>/resend/", people.resend, name="resend_invitation"),
    path("people/invitations/<uuid:invitation_id>/revoke/", people.revoke, name="revoke_invitation"),
    path("account/", account.own_account, name="account"),
    path("account/name/", account.own_name, name="change_own_name"),
    path("account/card/", account.own_card, name="edit_own_card"),
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/create/", views.add_token, name="create_token"),
    path("tokens/<uuid:api_token_id>/revoke/", views.end_token, name="revoke_token"),
    path("settings/sign-in/", views.sign_in_policy, name="sign_in_policy"),
    path("invitations/<str:token>/", views.invitation, name="invitation"),
    path("accounts/second-factor/", views.second_factor, name="second_factor"),
    path("accounts/oidc/<str:provider_id>/login/", views.provider_login),
    # Before allauth's own: one address per person, proven by an invitation, so none is added or confirmed here.
    path("accounts/email/", views.closed),
    path("accounts/confirm-email/", views.closed),
    path("accounts/confirm-email/<str:key>/", views.closed),
]
