"""Contacts, and who looks after which partner, from files: the rules are those of the actions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from partners.actions import (
    NoAccountManager,
    assign_manager,
    end_access_of,
    prepared_contact,
)
from partners.actions.contacts import AddressTaken
from partners.importers.keys import PERMISSION, known_partner, partners_by_external_id
from partners.models import (
    Contact,
    ManagerAssignment,
    Partner,
)
from prm.kernel.errors import Conflict
from prm.kernel.imports import values
from prm.kernel.imports.problems import shown
from prm.kernel.imports.registry import Check, Fate, Importer, Prepared, RecordImporter, Values, imports
from prm.kernel.models import ImportChange, Membership


@imports
class Contacts(RecordImporter):
    """People at partners, told apart by the external id."""

    entity = "contacts"
    permission = PERMISSION
    is_undoable = True
    undone_event = "contact.import_undone"
    model = Contact
    key = ("external_id",)
    key_field = "external_id"
    added_event = "contact.added"
    edited_event = "contact.changed"
    rules = {
        "external_id": values.text(80, required=True),
        "partner": values.text(80, required=True),
        "name": values.text(160),
        "email": values.email(),
        "phone": values.text(60),
        "function": values.choice(Contact.Function.values),
        "title": values.text(120),
        "is_champion": values.flag(),
        "headcount_relevant": values.flag(),
        "left_on": values.day(),
    }

    def begin(self) -> None:
        super().begin()
        self._partners = partners_by_external_id()
        self._addresses: dict[tuple[Any, str], Any] = {}  # partner and address, to the key of whose it is
        self._in_file: dict[tuple[Any, str], Any] = {}

    def checks(self) -> Iterable[Check]:
        return [(("partner",), partial(known_partner, self._partners))]

    def meet(self, rows: Sequence[Values]) -> None:
        super().meet(rows)
        emails = {row["email"].lower() for row in rows if row.get("email")}
        known = Contact.objects.filter(email__in=emails).order_by("-created_at", "-pk")
        self._addresses = {(one.partner_id, one.email): one for one in known}

    def _refuse_taken(self, record: Contact, partner: str) -> None:
        """One person is one contact: an address stands once at a partner, in the file and beside it."""
        known = self._addresses.get((record.partner_id, record.email))
        if known is not None and known.pk != record.pk:
            raise AddressTaken(known, left=known.left_on is not None)
        if self._in_file.setdefault((partner, record.email), record.external_id) != record.external_id:
            raise Conflict("This e-mail address stands at another person of this partner in the file.", field="email")

    def fill(self, record: Contact, values: Values, *, is_new: bool) -> None:
        partner_id = known_partner(self._partners, values)
        if not is_new and record.partner_id != partner_id:
            raise Conflict("This person stands at another partner already.", field="partner")
        record.partner_id = partner_id
        for name in self.fields - {"partner", "name", "email"}:
            if values[name] or name != "function":
                setattr(record, name, values[name])
        name, email = values.get("name", record.name), values.get("email", record.email)
        # The constraint on the external id is asked for all rows at once, not one by one.
        former = record.email
        prepared_contact(record, name, email, validate_constraints=False)
        if record.email and (is_new or record.email != former):
            self._refuse_taken(record, values["partner"])

    def check(self, record: Contact) -> None:
        """Checked with the name and address, as in the action."""

    def write(self, batch: Sequence[Prepared]) -> None:
        """As all records; whoever left by the file loses access. A partner keeps its last champion."""
        super().write(batch)
        if "left_on" in self.fields:
            end_access_of([each.payload for each in batch], by=None)

    @classmethod
    def ended(cls, changes: Sequence[tuple[ImportChange, Any]]) -> set[UUID]:
        """Who left by the file and had a login."""
        left = {(c.partner_id, c.email): change.pk for change, c in changes if change.after.get("left_on") and c.email}
        emails = {email for _, email in left}
        members = Membership.objects.filter(partner__in={pk for pk, _ in left}, user__email__in=emails, active=False)
        return {left[key] for key in members.values_list("partner", "user__email") if key in left}


@imports
class Managers(Importer):
    """Who looks after which partner: the main account manager, given by e-mail address."""

    entity = "managers"
    permission = "partners.assign_manager"
    key = ("partner",)
    rules = {
        "partner": values.text(80, required=True),
        "manager": values.email(required=True),
        "from_date": values.day(),
    }

    @classmethod
    def total(cls) -> str:
        main = ManagerAssignment.objects.filter(kind=ManagerAssignment.Kind.MAIN, to_date=None)
        return f"{main.count():,} partners with an account manager"

    def begin(self) -> None:
        self._partners = partners_by_external_id()
        members = Membership.objects.filter(partner=None).select_related("user")
        self._members = {member.user.email: member for member in members}
        self._now: dict[UUID, UUID] = {}

    def checks(self) -> Iterable[Check]:
        return [(("partner",), partial(known_partner, self._partners)), (("manager",), self._manager)]

    def meet(self, rows: Sequence[Values]) -> None:
        ids = [self._partners[row["partner"]] for row in rows if row["partner"] in self._partners]
        now = ManagerAssignment.objects.filter(partner_id__in=ids, kind=ManagerAssignment.Kind.MAIN, to_date=None)
        self._now = dict(now.values_list("partner_id", "manager_id"))

    def prepare(self, values: Values) -> tuple[Fate, Any]:
        partner_id, manager = known_partner(self._partners, values), self._manager(values)
        now = self._now.get(partner_id)
        fate = Fate.CREATED if now is None else Fate.UNCHANGED if now == manager.pk else Fate.UPDATED
        return fate, (partner_id, manager, values.get("from_date"))

    def _manager(self, values: Values) -> Membership:
        manager = self._members.get(values["manager"])
        if manager is None or not manager.active:
            raise NoAccountManager(f"{shown(values['manager'])} is no active member of the vendor.", field="manager")
        return manager

    def write(self, batch: Sequence[Prepared]) -> None:
        partners = Partner.objects.in_bulk([each.payload[0] for each in batch])
        for each in batch:
            partner_id, manager, from_date = each.payload
            assign_manager(partners[partner_id], manager, by=self.by, from_date=from_date)
