"""The words of events that no noun's hooks tell: the vendor's own matters, and those of the kernel."""

from __future__ import annotations

from partners.registries import tell

tell(
    activity__logged="logged an activity",
    activity__changed="changed an activity",
    note__added="wrote a note",
    note__changed="changed a note",
    alert__raised="raised an alert: {text}",
    alert__ended="ended an alert: its cause is gone",
    alert__seen="saw an alert",
    alert__dismissed="set an alert aside",
    application__confirmed="confirmed the application of {company}",
    application__attached="put the application of {company} to this partner",
    application__refused="refused the application: {reason}",
    application__withdrawn="withdrew the application of {company}",
    candidate__first_revenue="noted the first revenue, of {on}",
    onboarding_step__added="added the onboarding step “{text}”",
    onboarding_step__changed="changed the onboarding step “{text}”",
    profile_question__changed="changed a question of the profile",
    question__waived="took back a question",
    recruitment_rules__edited="changed the rules of recruiting",
    member__changed="changed the record of a person by an import",
    member__team_set="put a person into the team {team}",
    team__added="added the team {name}",
    team__edited="changed the team {name}",
)
tell(
    program__drafted="drafted the program {name} from {source}",
    program__imported="imported the program {name}",
    program__edited="changed the program {name}",
    program__published="published the program {name}, valid from {valid_from}",
    program__withdrawn="withdrew the program {name}",
    program__tier_added="added the tier {tier} to the program",
    program__tier_edited="changed the tier {tier} of the program",
    program__tier_removed="removed the tier {tier} from the program",
    program_page__edited="changed the public page of the program",
    tier__promotion_proposed="proposed the promotion to {tier}",
    tier__promotion_confirmed="confirmed the promotion to {tier} from {effective_on} on",
    tier__promotion_declined="declined the promotion to {tier}: {reason}",
    tier__promotion_lapsed="let the proposed promotion to {tier} lapse",
    tier__demotion_proposed="proposed to move down to {tier}",
    tier__demotion_confirmed="confirmed the move down to {tier} from {effective_on} on",
    tier__demotion_declined="declined the move down to {tier}: {reason}",
    tier__demotion_lapsed="let the proposed move down to {tier} lapse",
)
tell(
    domain__claimed="claimed the host {host}",
    domain__proven="proved the host {host}",
    domain__made_main="made {host} the main host",
    domain__dropped="gave up the host {host}",
    endpoint__added="added the webhook to {url}",
    endpoint__edited="changed the webhook to {url}",
    endpoint__removed="removed the webhook to {url}",
    endpoint__enabled="switched the webhook to {url} on",
    endpoint__disabled="switched the webhook to {url} off",
    endpoint__secret_rotated="made a new secret for a webhook",  # noqa: S106 - words, no secret
    endpoint__tested="sent a test to the webhook {url}",
    endpoint__replayed="sent a message to a webhook again",
    endpoint__period_replayed="sent the events from {since} to {until} to a webhook again",
    import__sent="sent the file {file} to be imported",
    import__finished="finished an import",
    import__undone="took back the import of {file}: {removed} removed, {restored} as before, {kept} kept",
    partner__import_undone="took back what the file {file} brought",
    contact__import_undone="took back what the file {file} brought of a contact",
    tenant__calendar_changed="changed language, currency or calendar",
    tenant__fiscal_year_planned="planned another fiscal year",
    tenant__fiscal_year_changed="began the new fiscal year",
    tenant__logo_changed="changed the logo",
    tenant__look_changed="changed name or colours",
    tenant__sign_in_changed="changed how one signs in",
    tenant__words_changed="changed the vendor’s own words",
    token__created="made the token {name}",  # noqa: S106 - words, no secret
    token__revoked="revoked the token {name}",  # noqa: S106
)
