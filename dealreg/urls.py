"""Addresses of deals and opportunities."""

from django.urls import path

from dealreg.views import (
    contracts,
    deals,
    lead_settings,
    leads,
    opportunities,
    opportunity_page,
    opportunity_verbs,
    registering,
    uploading,
    verbs,
)
from dealreg.views.lead_offers import BY_NAME as LEAD_VERBS

app_name = "dealreg"
urlpatterns = [
    path("", deals.deal_list, name="deals"),
    path("new/", registering.choose, name="choose"),
    path("new/<uuid:partner_id>/", registering.register, name="register"),
    path("upload/", uploading.upload, name="upload"),
    path("upload/sample.csv", uploading.sample, {"kind": "csv"}, name="sample_csv"),
    path("upload/sample.xlsx", uploading.sample, {"kind": "xlsx"}, name="sample_xlsx"),
    path("drafts/", uploading.drafts, name="drafts"),
    path("drafts/submit/", uploading.send_all, name="submit_drafts"),
    path("receipts/", deals.receipt_keys, name="receipt_keys"),
    path("rules/", deals.rules, name="rules"),
    path("sharing/", deals.sharing, name="sharing"),
    path("leads/", leads.lead_list, name="leads"),
    path("leads/new/", leads.new_lead, name="new_lead"),
    path("leads/bench/", lead_settings.bench, name="lead_bench"),
    path("leads/rules/", lead_settings.rules, name="lead_rules"),
    path("leads/rules/ways/", lead_settings.add_route, name="add_lead_route"),
    path("leads/rules/ways/<uuid:lead_route_id>/drop/", lead_settings.drop_route, name="drop_lead_route"),
    path("leads/inquiries/<uuid:inquiry_id>/", leads.inquiry_lead, name="inquiry_lead"),
    path("leads/claims/<uuid:lead_claim_id>/decide/", leads.claim, name="decide_lead_claim"),
    path("leads/<uuid:lead_id>/", leads.lead, name="lead"),
    path("leads/<uuid:lead_id>/register/", registering.register_from_lead, name="register_lead"),
    *(
        path(
            f"leads/<uuid:lead_id>/{name.removesuffix('_lead').removesuffix('_from').replace('_', '-')}/",
            leads.lead_verb_view(name),
            name=name,
        )
        for name in LEAD_VERBS
    ),
    path("pipeline/", opportunities.pipeline, name="pipeline"),
    path("pipeline/figures/", opportunities.figures, name="figures"),
    path("pipeline/list/", opportunities.opportunity_list, name="opportunities"),
    path("pipeline/new/", opportunities.new, name="new_opportunity"),
    path("pipeline/new/<uuid:partner_id>/", opportunities.new_with, name="new_opportunity_with"),
    path("pipeline/<uuid:opportunity_id>/", opportunities.opportunity, name="opportunity"),
    path("pipeline/<uuid:opportunity_id>/credits/", opportunity_verbs.credits, name="opportunity_credits"),
    *(
        path(
            f"pipeline/<uuid:opportunity_id>/{name.replace('_', '-')}/",
            opportunity_verbs.verb_view(name),
            name=f"opportunity_{name}",
        )
        for name in opportunity_page.BY_NAME
    ),
    path("pipeline/papers/<uuid:opportunity_document_id>/", opportunity_verbs.paper, name="paper"),
    path(
        "pipeline/papers/<uuid:opportunity_document_id>/remove/", opportunity_verbs.take_paper_away, name="remove_paper"
    ),
    path("pipeline/contracts/", contracts.contract_list, name="contracts"),
    path("pipeline/contracts/new/", contracts.choose, name="choose_contract"),
    path("pipeline/contracts/new/<uuid:partner_id>/", contracts.new, name="new_contract"),
    path("pipeline/contracts/<uuid:contract_id>/", contracts.contract, name="contract"),
    path("pipeline/contracts/<uuid:contract_id>/edit/", contracts.edit, name="edit_contract"),
    path("renewals/<uuid:renewal_claim_id>/decide/", contracts.decide, name="decide_renewal"),
    path("renewals/<uuid:renewal_claim_id>/paper/", contracts.paper, name="renewal_paper"),
    path("engagements/<uuid:deal_engagement_id>/decide/", opportunity_verbs.engagement, name="decide_engagement"),
    path("conflicts/<uuid:deal_conflict_id>/decide/", verbs.conflict, name="decide_conflict"),
    path("conflicts/<uuid:deal_conflict_id>/transfer/", verbs.transfer, name="propose_transfer"),
    path("conflicts/<uuid:deal_conflict_id>/transfer/decide/", verbs.transfer_decision, name="decide_transfer"),
    path("<uuid:deal_registration_id>/", deals.deal, name="deal"),
    path("<uuid:deal_registration_id>/edit/", registering.edit, name="edit_draft"),
    path("<uuid:deal_registration_id>/submit/", registering.send, name="submit"),
    path("<uuid:deal_registration_id>/keep/", leads.keep, name="keep_deal"),
    path("<uuid:deal_registration_id>/end/", leads.end, name="end_deal"),
    path("<uuid:deal_registration_id>/transfer/", leads.transfer, name="transfer_deal"),
    path("<uuid:deal_registration_id>/drop/", registering.drop, name="drop"),
    path("<uuid:deal_registration_id>/deal.ics", deals.calendar_file, name="calendar_file"),
    path("<uuid:deal_registration_id>/receipt.txt", deals.receipt_as_text, name="receipt_text"),
    path("<uuid:deal_registration_id>/receipt.pdf", deals.receipt_as_pdf, name="receipt_pdf"),
    *(
        path(f"<uuid:deal_registration_id>/{name.replace('_', '-')}/", verbs.verb_view(name), name=name)
        for name in verbs.BY_NAME
    ),
]
