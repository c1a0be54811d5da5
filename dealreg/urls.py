"""Addresses of deals."""

from django.urls import path

from dealreg.views import deals, registering, verbs

app_name = "dealreg"
urlpatterns = [
    path("", deals.deal_list, name="deals"),
    path("new/", registering.choose, name="choose"),
    path("new/<uuid:partner_id>/", registering.register, name="register"),
    path("receipts/", deals.receipt_keys, name="receipt_keys"),
    path("rules/", deals.rules, name="rules"),
    path("sharing/", deals.sharing, name="sharing"),
    path("conflicts/<uuid:deal_conflict_id>/decide/", verbs.conflict, name="decide_conflict"),
    path("conflicts/<uuid:deal_conflict_id>/transfer/", verbs.transfer, name="propose_transfer"),
    path("conflicts/<uuid:deal_conflict_id>/transfer/decide/", verbs.transfer_decision, name="decide_transfer"),
    path("<uuid:deal_registration_id>/", deals.deal, name="deal"),
    path("<uuid:deal_registration_id>/edit/", registering.edit, name="edit_draft"),
    path("<uuid:deal_registration_id>/submit/", registering.send, name="submit"),
    path("<uuid:deal_registration_id>/drop/", registering.drop, name="drop"),
    path("<uuid:deal_registration_id>/deal.ics", deals.calendar_file, name="calendar_file"),
    path("<uuid:deal_registration_id>/receipt.txt", deals.receipt_as_text, name="receipt_text"),
    path("<uuid:deal_registration_id>/receipt.pdf", deals.receipt_as_pdf, name="receipt_pdf"),
    *(
        path(f"<uuid:deal_registration_id>/{name.replace('_', '-')}/", verbs.verb_view(name), name=name)
        for name in verbs.BY_NAME
    ),
]
