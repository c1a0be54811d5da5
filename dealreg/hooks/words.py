"""What is told of deals, and where they stand in the navigation."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from dealreg.models import DealConflict, DealEngagement, DealReview, LeadClaim, LeadContact
from partners.registries import labelled, tell, tell_values
from prm.kernel.web.format import formatter
from prm.kernel.web.navigation import Entry, navigation

navigation(Entry("Deals", "dealreg:deals", "businessplan", 35, "dealreg.view_deal"))
navigation(Entry("Pipeline", "dealreg:pipeline", "layout-kanban", 36, "dealreg.view_opportunity"))


def _percent(share: Any) -> str:
    return formatter().percent(Decimal(str(share)), 1)


tell(
    deal__drafted="began a registration",
    deal__draft_edited="changed a draft",
    deal__draft_dropped="threw a draft away",
    deal__import_undone="took back a draft that the file {file} brought",
    deal__submitted="registered the deal {number} with {customer}",
    deal__opened="took the deal with {customer} into review",
    deal__asked="asked about the deal with {customer}: {question}",
    deal__answered="answered the question on the deal with {customer}",
    deal__approved="approved the deal with {customer}, protected until {expires_on}",
    deal__rejected="rejected the deal with {customer}: {reject_reason}",
    deal__appealed="appealed on the deal with {customer}",
    deal__withdrawn="took the deal with {customer} back",
    deal__timed_out="the question on the deal with {customer} was not answered in time: it counts as taken back",
    deal__transferred="decided: the deal with {customer} goes to the partner the customer chose",
    deal__transfer_granted="found that the customer chose you: the deal with {customer} comes before any other",
    deal__moved_to="moved the deal to {to}, number {to_number}",
    deal__moved_from="moved the deal here from {of}, number {of_number}",
    deal__cancelled="cancelled the approval of the deal with {customer}: {reason}",
    deal__signed="signed the deal with {customer}; a second signature is waited for",
    deal__cancellation_signed="signed the cancellation; a second signature is waited for",
    deal__conflict_decided="decided a conflict: {decision}",
    deal__transfer_proposed="proposed a transfer; the first partner is heard",
    deal__hearing_opened="asks for a word on the deal with {customer} until {due_on}",
    deal__hearing_answered="answered the hearing on the deal with {customer}",
    deal__transfer_decided="decided the transfer: {reason}",
    deal__kept="decided that the deal with {customer} stays",
    deal__joined="made the deal with {customer} a joint deal; share of the credit {credit_share}",
    deal__moved_on="set the next step with {customer}: {next_step}",
    deal__extension_asked="asked for {days} more days with {customer}",
    deal__extended="gave the deal with {customer} {days} more days, until {expires_on}",
    deal__extension_refused="refused the extension with {customer}: {reason}",
    deal__reinstated="protected the deal with {customer} again, until {expires_on}",
    deal__clock_went_on="the suspension is over: the clock of the deal with {customer} goes on",
    deal__expired="the protection with {customer} ended",
    deal__change_asked="asked to change the deal with {customer} to {money}",
    deal__changed="changed the deal with {customer} to {money}",
    deal__change_refused="refused the change with {customer}: {reason}",
    deal__won="won the deal with {customer}: {money}",
    deal__lost="lost the deal with {customer}: {loss_reason}",
    deal__escalated="escalated the decision to {to}",
    deal__reopened="opened the deal with {customer} again: {reason}",
    deal__engagement_decided="decided on the vendor's own deal there: {decision}",
    deal_sharing__set="changed who sees the company's deals",
    deal_rules__edited="changed the rules of deal registration",
)

tell(
    opportunity__opened="opened the opportunity {name}: {money}",
    opportunity__registered="the opportunity {name} is registered now",
    opportunity__imported="brought the opportunity {name} in",
    opportunity__import_undone="took back what the file {file} said of an opportunity",
    opportunity__edited="changed the opportunity {name}",
    opportunity__staged="moved {name} from {stage_before} to {stage}",
    opportunity__lines_set="set the lines of {name}: {money}",
    opportunity__step_planned="planned the next step of {name}: {next_step}",
    opportunity__credited="set who is credited with {name}",
    opportunity__paper_added="added a paper to {name}: {kind}",
    opportunity__paper_removed="took a paper of {name} away: {file}",
    opportunity__handed_over="handed over {name}: {money}",
    opportunity__won="won {name}: {money}",
    opportunity__booked="linked a booking to {name}: {money}",
    opportunity__lost="lost {name}: {loss_reason}",
    opportunity__reopened="opened {name} again: {reason}",
)
tell_values("deal.conflict_decided", decision=labelled(DealConflict.Decision.choices))
tell_values("deal.engagement_decided", decision=labelled(DealEngagement.Decision.choices))
tell_values("deal.claim_decided", decision=labelled(LeadClaim.Decision.choices))
tell_values("deal.escalated", to=labelled(DealReview.Level.choices))
tell_values("deal.joined", credit_share=_percent)
tell_values("lead.captured", source=labelled(LeadContact.Source.choices))
tell_values("lead.merged", source=labelled(LeadContact.Source.choices))
