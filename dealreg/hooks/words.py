"""What is told of deals, and where they stand in the navigation."""

from __future__ import annotations

from partners.registries import tell
from prm.kernel.web.navigation import Entry, navigation

navigation(Entry("Deals", "dealreg:deals", "businessplan", 35, "dealreg.view_deal"))

tell(
    deal__drafted="began a registration",
    deal__draft_edited="changed a draft",
    deal__draft_dropped="threw a draft away",
    deal__submitted="registered the deal {number} with {customer}",
    deal__opened="took the deal with {customer} into review",
    deal__asked="asked about the deal with {customer}: {question}",
    deal__answered="answered the question on the deal with {customer}",
    deal__approved="approved the deal with {customer}, protected until {expires_on}",
    deal__rejected="rejected the deal with {customer}: {reject_reason}",
    deal__appealed="appealed on the deal with {customer}",
    deal__withdrawn="took the deal with {customer} back",
    deal__timed_out="the question on the deal with {customer} was not answered in time: it counts as taken back",
    deal__transferred="the deal with {customer} went to the partner the customer chose",
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
    deal__expired="the protection with {customer} ended",
    deal__change_asked="asked to change the deal with {customer} to {money}",
    deal__changed="changed the deal with {customer} to {money}",
    deal__change_refused="refused the change with {customer}: {reason}",
    deal__won="won the deal with {customer}: {money}",
    deal__lost="lost the deal with {customer}: {loss_reason}",
    deal__escalated="escalated the decision to {to}",
    deal_sharing__set="changed who sees the company's deals",
    deal_rules__edited="changed the rules of deal registration",
)
