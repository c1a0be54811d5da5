"""House rules: who may write a state, ask a clock, call out; what templates and scripts must not hold."""

from __future__ import annotations

import ast
import re
from importlib import import_module

import pytest
from django.apps import apps
from django.conf import settings
from django.forms import BaseForm, ModelForm
from django.template.loader import get_template
from django.utils.module_loading import module_has_submodule
from rest_framework.serializers import BaseSerializer, ModelSerializer

from tests.house import rules

# Every place that widens a partner's view to the vendor's, with the question it asks. Each is looked at by hand.
WIDENINGS = {
    "partners/queries/merges.py": {"where the address of a merged partner leads"},
    "partners/actions/duplicates.py": {"whether a company is a partner already"},
    "partners/queries/bank.py": {
        "whether a partner's bank details are verified",
        "whether partners' bank details are verified",
        "who is told of changed bank details",
    },
    "dealreg/queries/contested.py": {
        "with whom a joint deal is shared: the name of the other, of two that have agreed",
    },
    "dealreg/actions/registering.py": {
        "which registrations compete with a new one: kept for the vendor, nothing is answered"
    },
    "dealreg/actions/deciding.py": {
        "an appeal goes to the channel chief's desk",
        "the protection of a deal that its partner takes back",
    },
    "dealreg/actions/leads/capturing.py": {
        "a lead that is entered: whether it is known is kept for the vendor, nothing is answered",
        "a lead of a visitor: kept for the vendor, nothing is answered",
        "a lead that an inquiry of the locator becomes: it stays with the partner that was asked",
    },
    "dealreg/actions/leads/converting.py": {"whom the business of a lead is credited to: written by the vendor alone"},
    "dealreg/actions/leads/working.py": {
        "a lead that its partner accepts: its capacity is counted, the details become the partner's",
        "a lead that its partner refuses: it is nobody's then, and the next one is asked",
    },
    "dealreg/actions/carrying.py": {"whom a business is credited to: written by the vendor alone"},
    "dealreg/actions/sharing.py": {
        "the credit of a joint deal that one of the two has left: written by the vendor alone"
    },
    "dealreg/actions/closing.py": {"the protection of a deal that was lost"},
    "dealreg/actions/keeping.py": {"on whose desk a changed approval lies: kept for the vendor"},
    "partners/queries/signing.py": {"whether this person is named to sign: a yes or a no"},
    "partners/actions/documents.py": {
        "the partner's signature on a document",
        "the partner's answer to a document",
    },
    "partners/actions/applicants.py": {
        "an application of a visitor: kept for the vendor, nothing is answered",
        "the application of a link that carries our seal",
        "a confirmed application becomes a candidate; the visitor is told the same in any case",
        "a question of an applicant",
        "an applicant withdraws",
        "an applicant joins the community it was offered",
    },
    "partners/actions/recruitment.py": {"a candidate that declines: its own record is the vendor's to write"},
    "partners/actions/locator.py": {"an inquiry of a visitor: kept for the partner, nothing is answered"},
    "partners/queries/recruitment.py": {"what an applicant may read of its own application"},
    "prm/kernel/notifications.py": {"telling people: no row leaves"},
    "scorecards/queries/bank.py": {
        "a document of the questionnaire: its row is the vendor's, the resource is published"
    },
    "sales/actions/targets.py": {"targets that a partner confirms"},
    "scorecards/actions/kpis.py": {"a target of a KPI that a partner confirms"},
    "scorecards/queries/composite.py": {
        "a partner's own percentile: one number in steps of ten leaves",
        "the composite score for a distributor: one number and the reason where there is none leave",
    },
    "scorecards/queries/peers.py": {"peer averages of a scorecard"},
}
# Columns that no form and no serializer may write.
NEVER_WRITABLE = {"tenant", "tenant_id", "state", "approved_by", "approver", "actor", "created_at", "score"}
# Columns that only a form of its own may write: form or serializer, with the reason.
FOUND_AMONG_VISIBLE = "the viewset finds the partner among those the member may know of"
WRITABLE_HERE: dict[tuple[str, str], str] = {
    ("ActionItemInput", "partner_id"): FOUND_AMONG_VISIBLE,
    ("ActivityInput", "partner_id"): FOUND_AMONG_VISIBLE,
    ("AssignmentInput", "partner_id"): FOUND_AMONG_VISIBLE,
    ("BankDetailsInput", "partner_id"): FOUND_AMONG_VISIBLE,
    ("StandInInput", "partner_id"): FOUND_AMONG_VISIBLE,
    ("SecondInput", "partner_id"): FOUND_AMONG_VISIBLE,
    ("ContactInput", "partner_id"): FOUND_AMONG_VISIBLE,
    ("ContractInput", "partner_id"): FOUND_AMONG_VISIBLE,
    ("CreditInput", "partner_id"): FOUND_AMONG_VISIBLE,
    ("DealInput", "partner_id"): FOUND_AMONG_VISIBLE,
    ("DocumentInput", "partner_id"): FOUND_AMONG_VISIBLE,
    ("InvitationInput", "partner_id"): "the action refuses a company that the inviter does not see",
    ("InvitationInput", "roles"): "the action refuses roles that are not the inviter's to give",
    ("RolesInput", "roles"): "the action refuses roles that are not the caller's to give",
    ("LocationInput", "partner_id"): FOUND_AMONG_VISIBLE,
    ("NewOpportunity", "partner_id"): FOUND_AMONG_VISIBLE,
    ("NoteInput", "partner_id"): FOUND_AMONG_VISIBLE,
    ("ReviewInput", "partner_id"): FOUND_AMONG_VISIBLE,
    ("StartInput", "partner_id"): FOUND_AMONG_VISIBLE,
    ("StepChange", "role"): "whose step of the blueprint it is; gives nobody a right",
    ("StepInput", "role"): "whose step of the blueprint it is; gives nobody a right",
    ("TaskInput", "partner_id"): FOUND_AMONG_VISIBLE,
    ("TargetsInput", "partner_id"): FOUND_AMONG_VISIBLE,
    ("KpiProposalInput", "partner_id"): FOUND_AMONG_VISIBLE,
    ("KpiValueInput", "partner_id"): FOUND_AMONG_VISIBLE,
    ("KpiTargetInput", "partner_id"): FOUND_AMONG_VISIBLE,
    ("ProposalInput", "partner_id"): FOUND_AMONG_VISIBLE,
    ("QuestionInput", "partner_id"): FOUND_AMONG_VISIBLE,
    ("AttachInput", "partner_id"): FOUND_AMONG_VISIBLE,
}
OWN_FORM_ONLY = {"partner", "partner_id", "owner", "roles", "role", "amount_approved"}


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.name)
def test_the_source_keeps_the_rule(rule):
    assert rules.breaches(rule) == []


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.name)
def test_a_bad_sample_is_found(rule):
    assert list(rule.find(ast.parse(rule.bad)))


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.name)
def test_exceptions_carry_a_reason(rule):
    assert rule.why
    assert all(rule.allowed.values())


def test_who_widens_a_partners_view_is_known():
    found: dict[str, set[str]] = {}
    for name, text in rules.sources(("prm/kernel", *settings.APPS)):
        for node in ast.walk(rules.parsed(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "vendor_scope":
                found.setdefault(name, set()).add(ast.literal_eval(node.args[0]))
    assert found == WIDENINGS


def test_templates_keep_the_rules():
    assert [breach for name, text in rules.templates() for breach in rules.template_breaches(name, text)] == []


@pytest.mark.parametrize("rule", list(rules.TEMPLATE_RULES))
def test_a_bad_template_is_found(rule):
    assert any(rule in breach for breach in rules.template_breaches("bad", rules.TEMPLATE_RULES[rule][1]))


def test_scripts_keep_the_rules():
    found = [
        f"{name}: {rule}"
        for name, text in rules.scripts()
        for rule, (pattern, _) in rules.SCRIPT_RULES.items()
        if re.search(pattern, text)
    ]
    assert found == []


@pytest.mark.parametrize("rule", list(rules.SCRIPT_RULES))
def test_a_bad_script_is_found(rule):
    pattern, bad = rules.SCRIPT_RULES[rule]
    assert re.search(pattern, bad)


def test_every_template_compiles():
    names = [name for name, _ in rules.templates()]
    assert len(names) > 5
    for name in names:
        get_template(name)


def all_below(base: type) -> set[type]:
    return {base, *(deep for sub in base.__subclasses__() for deep in all_below(sub))}


def ours(base: type) -> list[type]:
    """All forms (or serializers) of the product."""
    for app in apps.get_app_configs():
        if app.name in settings.APPS or app.name == "prm.kernel":
            for module in ("forms", "views", "api", "signin.forms", "signin.views"):
                if module_has_submodule(app.module, module.split(".")[0]):
                    import_module(f"{app.name}.{module}") if "." not in module or app.name == "prm.kernel" else None
    return [c for c in all_below(base) if c.__module__.split(".")[0] in {*settings.APPS, "prm"}]


def writable_fields(kind: type) -> set[str]:
    if issubclass(kind, BaseForm):
        return {name for name, field in getattr(kind, "base_fields", {}).items() if not field.disabled}
    declared = getattr(kind, "_declared_fields", {})
    names = {name for name, field in declared.items() if not field.read_only}
    meta = getattr(kind, "Meta", None)
    if issubclass(kind, ModelSerializer) and meta:
        names |= set(meta.fields) - set(declared) - set(getattr(meta, "read_only_fields", ()))
    return names


def unduly_writable(kinds: list[type]) -> list[str]:
    return sorted(
        f"{kind.__module__}.{kind.__name__}.{name}"
        for kind in kinds
        for name in writable_fields(kind) & (NEVER_WRITABLE | OWN_FORM_ONLY)
        if (kind.__name__, name) not in WRITABLE_HERE
        if issubclass(kind, (ModelForm, BaseSerializer)) or name in NEVER_WRITABLE
    )


def test_nobody_writes_tenant_partner_or_state_by_a_form():
    assert unduly_writable([*ours(BaseForm), *ours(BaseSerializer)]) == []


def test_a_form_that_writes_the_state_is_found():
    from partners.models import Contact, Partner

    class Wrong(ModelForm):
        class Meta:
            model = Partner
            fields = ["name", "state"]

    class AlsoWrong(ModelSerializer):
        class Meta:
            model = Contact
            fields = ["name", "partner"]

    found = unduly_writable([Wrong, AlsoWrong])
    assert [sentence.rsplit(".", 1)[1] for sentence in found] == ["partner", "state"]
