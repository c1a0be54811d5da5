"""Each verb has a page and a place in the API, or a reason why not."""

from __future__ import annotations

import inspect
import pkgutil
import re
from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.utils.module_loading import module_has_submodule

ROOT = Path(settings.BASE_DIR)
# Verbs without a page or without a place in the API, each with the reason.
IMPORTED = "comes in by import; entering it by hand is the partner programme's part"
BY_TIME = "the system's alone: the night or a booking does it"
WITHOUT_PAGE: dict[str, str] = {
    "partners.put_up_for_signature": "what send_document_for_signature and send_agreement share once they have asked",
    "partners.set_tier": "tiers are set by import and by the evaluation of the programme",
    "partners.give_entry_tier": "part of signing or of joining the community",
    "partners.apply_proposal": "what was confirmed takes effect by time, or with the confirmation",
    "partners.return_from_override": "an override ends by time, or by end_tier_override",
    "partners.move_partner": "one step as imports and onboarding take it; people take the named steps of recruiting",
    "partners.complete_onboarding": "the system's alone, when all that is required is done",
    "partners.end_partnership": BY_TIME,
    "partners.lapse_partner": BY_TIME,
    "partners.return_to_active": BY_TIME,
    "partners.end_access_of": "what an import does with those who left by its file; for one person it is leave_contact",
    "sales.add_line": IMPORTED,
    "sales.add_product": IMPORTED,
    "sales.book_actuals": IMPORTED,
    "dealreg.add_to_history": "a part of every verb on a deal",
    "dealreg.ask_change": "what change_deal and set_opportunity_lines share once they have asked",
    "dealreg.auto_approve_deal": BY_TIME,
    "dealreg.contract_of_won": "part of winning",
    "dealreg.contract_told": "a part of every verb on a contract",
    "dealreg.enter": "a part of every verb on a deal",
    "dealreg.expire_deal": BY_TIME,
    "dealreg.note_step": "what update_next_step and plan_next_step share once they have asked",
    "dealreg.open_for": "part of approving a registration",
    "dealreg.told": "a part of every verb on an opportunity",
    "dealreg.refuse_conflicts": "what the verbs that decide ask first",
    "dealreg.new_draft": "what draft_deal and the rows of a file share",
    "dealreg.submit_draft": "one of those that submit_drafts sends",
    "dealreg.time_out_deal": BY_TIME,
    "dealreg.recycle_lead": BY_TIME,
    "dealreg.time_out_lead": BY_TIME,
    "sales.decide": "what the verbs on proposals share; each of them has its own page",
}
WITHOUT_API: dict[str, str] = dict(WITHOUT_PAGE)
WITHOUT_PAGE |= {"dealreg.receive_lead": "the interface's own door; by hand it is capture_lead"}

OWN_BROWSER = "how somebody signs in, and what may sign in for them, is decided in the browser with a fresh password"
OWN_WISH = "a wish of the person, set where the letters are read"
KERNEL_WITHOUT_API: dict[str, str] = {
    "members.add_member": "what invitations, imports and the demo share",
    "members.end_memberships": "part of ending a partnership, which has its own verb",
    "members.set_second_factor_policy": OWN_BROWSER,
    "tokens.create_token": OWN_BROWSER,
    "tokens.revoke_token": OWN_BROWSER,
    "calendars.make_calendar_feed": OWN_WISH,
    "calendars.revoke_calendar_feed": OWN_WISH,
    "notifications.mark_all_read": "the bell belongs to the page; programs are told by events",
    "notifications.mark_read": "the bell belongs to the page; programs are told by events",
    "notifications.set_mail_wishes": OWN_WISH,
    "imports.uploads.keep_mapping": "a program keeps its mapping itself and sends it with each file",
}


def verbs() -> set[str]:
    """Every public action: a function of an app's actions with somebody who acts."""
    found = set()
    for app in settings.APPS:
        if not module_has_submodule(import_module(app), "actions"):
            continue
        package = import_module(f"{app}.actions")
        names = [m.name for m in pkgutil.iter_modules(getattr(package, "__path__", []))]
        for module in [package, *(import_module(f"{app}.actions.{name}") for name in names)]:
            for name, function in inspect.getmembers(module, inspect.isfunction):
                is_own = function.__module__.startswith(f"{app}.actions") and not name.startswith("_")
                if is_own and "by" in inspect.signature(function).parameters:
                    found.add(f"{app}.{name}")
    return found


def source(app: str, layer: str) -> str:
    files = [*(ROOT / app).glob(f"{layer}.py"), *(ROOT / app / layer).rglob("*.py")]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def without(layer: str) -> set[str]:
    return {verb for verb in verbs() if not re.search(rf"\b{verb.split('.')[1]}\b", source(verb.split(".")[0], layer))}


def test_there_are_verbs():
    assert {"partners.add_partner", "scorecards.submit_assessment", "qbr.make_deck"} <= verbs()


def test_each_verb_has_a_page():
    assert without("views") == set(WITHOUT_PAGE)
    assert all(WITHOUT_PAGE.values())


def test_each_verb_has_a_place_in_the_api():
    assert without("api") == set(WITHOUT_API)
    assert all(WITHOUT_API.values())


def test_a_verb_without_a_page_is_found(monkeypatch):
    monkeypatch.setitem(globals(), "source", lambda app, layer: "")
    assert "qbr.make_deck" in without("views")


def kernel_verbs() -> set[str]:
    """The public functions of the kernel with somebody who acts, by module."""
    found = set()
    for name in (*KERNEL_NOUNS, "imports.uploads", "imports.undo", "webhooks.endpoints", "webhooks.messages"):
        module = import_module(f"prm.kernel.{name}")
        for verb, function in inspect.getmembers(module, inspect.isfunction):
            acts = {"by"} & set(inspect.signature(function).parameters)
            if function.__module__ == module.__name__ and not verb.startswith("_") and acts:
                found.add(f"{name}.{verb}")
    return found


KERNEL_NOUNS = (
    "calendars",
    "domains",
    "invitations",
    "members",
    "notifications",
    "saved_views",
    "teams",
    "tokens",
    "vendor",
)


def test_the_verbs_of_the_kernel_have_a_place_in_the_api_or_a_reason():
    shapes = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "prm" / "kernel").rglob("*api.py"))
    without = {verb for verb in kernel_verbs() if not re.search(rf"\b{verb.rsplit('.', 1)[1]}\b", shapes)}
    assert without == set(KERNEL_WITHOUT_API)
