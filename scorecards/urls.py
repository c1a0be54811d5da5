"""Addresses of this app."""

from django.urls import path

from scorecards.views import evidence, goals, items, kpis, result, runner, sheet

app_name = "scorecards"
urlpatterns = [
    path("", runner.scorecard_list, name="list"),
    path("start/<uuid:partner_id>/", runner.start, name="start"),
    path("start/<uuid:partner_id>/vendor-view/", runner.start_vendor_view, name="start-vendor-view"),
    path("start/<uuid:partner_id>/screening/", runner.start_screening, name="start-screening"),
    path("plan/<uuid:partner_id>/", items.plan, name="plan"),
    path("compare/<uuid:partner_id>/", sheet.compare, name="compare"),
    path("evidence/<uuid:evidence_id>/", evidence.download, name="evidence"),
    path("evidence/<uuid:evidence_id>/remove/", evidence.remove, name="remove-evidence"),
    path("plan/<uuid:partner_id>/add/", items.add_item, name="add-item"),
    path("partner/<uuid:partner_id>/kpis/<uuid:kpi_definition_id>/", kpis.kpi, name="kpi"),
    path("<uuid:assessment_id>/", result.assessment, name="assessment"),
    path("<uuid:assessment_id>/answer/", runner.answer, name="answer"),
    path("<uuid:assessment_id>/unchanged/", runner.unchanged, name="unchanged"),
    path("<uuid:assessment_id>/changes/", evidence.changes, name="changes"),
    path("<uuid:assessment_id>/evidence/", evidence.attach, name="attach"),
    path("<uuid:assessment_id>/answers/", sheet.answers, name="answers"),
    path("<uuid:assessment_id>/submit/", runner.submit_scorecard, name="submit"),
    path("<uuid:assessment_id>/discard/", result.discard, name="discard"),
    path("<uuid:assessment_id>/reopen/", result.reopen, name="reopen"),
    path("<uuid:assessment_id>/review/", result.review, name="review"),
    path("<uuid:assessment_id>/result.pdf", result.result_paper, name="paper"),
    path("<uuid:assessment_id>/result.xlsx", result.result_workbook, name="workbook"),
    path("<uuid:assessment_id>/goals/", goals.set_one, name="set-goal"),
    path("goals/<uuid:goal_id>/remove/", goals.remove, name="remove-goal"),
    path("actions/", items.actions, name="actions"),
    path("actions/<uuid:action_item_id>/edit/", items.edit_item, name="edit-item"),
    path("actions/<uuid:action_item_id>/accept/", items.accept, name="accept"),
    path("actions/<uuid:action_item_id>/drop/", items.drop, name="drop"),
    path("actions/<uuid:action_item_id>/start/", items.start_item, name="start-item"),
    path("actions/<uuid:action_item_id>/complete/", items.complete_item, name="complete-item"),
    path("actions/<uuid:action_item_id>/reopen/", items.reopen_item, name="reopen-item"),
]
