"""What changes leads: taking them in, giving them out, what their partner does with them, and what time does."""

from dealreg.actions.handing import transfer_deal
from dealreg.actions.leads.by_time import recycle_lead, run_lead_night, time_out_lead
from dealreg.actions.leads.capturing import (
    capture_lead,
    convert_inquiry,
    receive_lead,
    receive_public_lead,
)
from dealreg.actions.leads.claims import decide_lead_claim
from dealreg.actions.leads.converting import open_from_lead, register_lead
from dealreg.actions.leads.ending import end_deal, end_leads_and_deals, keep_deal, let_clocks_go_on, take_offers_back
from dealreg.actions.leads.routing import assign_lead, route_lead
from dealreg.actions.leads.rules import add_lead_route, drop_lead_route, edit_lead_rules
from dealreg.actions.leads.working import (
    accept_lead,
    contact_lead,
    disqualify_lead,
    hand_lead,
    note_lead,
    qualify_lead,
    refuse_lead,
    reopen_lead,
    return_lead,
)

__all__ = [
    "accept_lead",
    "add_lead_route",
    "assign_lead",
    "capture_lead",
    "contact_lead",
    "convert_inquiry",
    "decide_lead_claim",
    "disqualify_lead",
    "drop_lead_route",
    "edit_lead_rules",
    "end_deal",
    "end_leads_and_deals",
    "hand_lead",
    "keep_deal",
    "let_clocks_go_on",
    "note_lead",
    "open_from_lead",
    "qualify_lead",
    "receive_lead",
    "receive_public_lead",
    "recycle_lead",
    "refuse_lead",
    "register_lead",
    "reopen_lead",
    "return_lead",
    "route_lead",
    "run_lead_night",
    "take_offers_back",
    "time_out_lead",
    "transfer_deal",
]
