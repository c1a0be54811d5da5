"""Addresses of sales: performance and targets."""

from django.urls import path

from sales.views import performance, targets

app_name = "sales"
urlpatterns = [
    path("targets/", targets.all_targets, name="all_targets"),
    path("targets/proposals/<uuid:target_proposal_id>/confirm/", targets.confirm_proposal, name="confirm_targets"),
    path("targets/proposals/<uuid:target_proposal_id>/decline/", targets.decline_proposal, name="decline_targets"),
    path("targets/proposals/<uuid:target_proposal_id>/withdraw/", targets.withdraw_proposal, name="withdraw_targets"),
    path("<uuid:partner_id>/", performance.partner_performance, name="performance"),
    path("<uuid:partner_id>/targets/", targets.partner_targets, name="partner_targets"),
    path("<uuid:partner_id>/targets/set/", targets.set_partner_targets, name="set_targets"),
    path("<uuid:partner_id>/targets/propose/", targets.propose_partner_targets, name="propose_targets"),
]
