"""Addresses of this app."""

from django.urls import path

from scorecards.views import bank, bank_editor, items, kpis, result, runner

app_name = "scorecards"
urlpatterns = [
    path("", runner.scorecard_list, name="list"),
    path("start/<uuid:partner_id>/", runner.start, name="start"),
    path("start/<uuid:partner_id>/vendor-view/", runner.start_vendor_view, name="start-vendor-view"),
    path("start/<uuid:partner_id>/screening/", runner.start_screening, name="start-screening"),
    path("plan/<uuid:partner_id>/", items.plan, name="plan"),
    path("questionnaire/", bank.bank_list, name="banks"),
    path("questionnaire/import/", bank.import_file, name="bank-import"),
    path("questionnaire/<uuid:question_bank_id>/", bank_editor.bank, name="bank"),
    path("questionnaire/<uuid:question_bank_id>/save/", bank_editor.bank_save, name="bank-save"),
    path("questionnaire/<uuid:question_bank_id>/draft/", bank.draft, name="bank-draft"),
    path("questionnaire/<uuid:question_bank_id>/preview/", bank.preview, name="bank-preview"),
    path("questionnaire/<uuid:question_bank_id>/export/", bank.export, name="bank-export"),
    path("questionnaire/<uuid:question_bank_id>/activate/", bank.activate, name="bank-activate"),
    path("questionnaire/<uuid:question_bank_id>/retire/", bank.retire, name="bank-retire"),
    path("questionnaire/<uuid:question_bank_id>/remove/", bank.remove, name="bank-remove"),
    path("questionnaire/categories/<uuid:category_id>/", bank_editor.category, name="category"),
    path("questionnaire/categories/<uuid:category_id>/save/", bank_editor.category_save, name="category-save"),
    path("questionnaire/topics/<uuid:topic_id>/", bank_editor.topic, name="topic"),
    path("questionnaire/topics/<uuid:topic_id>/save/", bank_editor.topic_save, name="topic-save"),
    path("questionnaire/topics/<uuid:topic_id>/document/", bank_editor.document_add, name="topic-document"),
    path("questionnaire/resources/<uuid:resource_id>/", bank.resource, name="resource"),
    path("partner/<uuid:partner_id>/kpis/<uuid:kpi_definition_id>/", kpis.kpi, name="kpi"),
    path("<uuid:assessment_id>/", result.assessment, name="assessment"),
    path("<uuid:assessment_id>/answer/", runner.answer, name="answer"),
    path("<uuid:assessment_id>/unchanged/", runner.unchanged, name="unchanged"),
    path("<uuid:assessment_id>/submit/", runner.submit_scorecard, name="submit"),
    path("<uuid:assessment_id>/discard/", result.discard, name="discard"),
    path("<uuid:assessment_id>/reopen/", result.reopen, name="reopen"),
    path("<uuid:assessment_id>/review/", result.review, name="review"),
    path("actions/<uuid:action_item_id>/accept/", items.accept, name="accept"),
    path("actions/<uuid:action_item_id>/drop/", items.drop, name="drop"),
    path("actions/<uuid:action_item_id>/start/", items.start_item, name="start-item"),
    path("actions/<uuid:action_item_id>/complete/", items.complete_item, name="complete-item"),
    path("actions/<uuid:action_item_id>/reopen/", items.reopen_item, name="reopen-item"),
]
