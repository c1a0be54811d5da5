"""Two partners that are one company become one, to the cent, and two again within thirty days."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db.models import Sum

from partners.actions import (
    AlreadyMerged,
    AlreadyUndone,
    OneSponsorsTheOther,
    OpenMerge,
    SamePartner,
    TooLate,
    add_contact,
    add_location,
    add_partner,
    add_task,
    assign_manager,
    log_activity,
    merge_partners,
    undo_merge,
    update_profile,
)
from partners.merging import references, rows_of
from partners.models import Contact, ManagerAssignment, Merge, Partner, PartnerLocation, Task
from partners.queries import timeline_page
from prm.kernel import clock
from prm.kernel.errors import Invalid, NotAllowed
from prm.kernel.members import add_member, get_or_create_user
from prm.kernel.models import Membership
from prm.kernel.roles import Role
from qbr.actions import open_review
from qbr.models import Review
from sales.actions import add_line, book_actuals, set_targets
from sales.models import SalesActual, Target
from scorecards.actions import answer_question, start_assessment
from scorecards.models import Answer, AnswerRevision, Assessment, Question
from scorecards.starter import copy_bank
from tests.clients import token_client


@pytest.fixture
def twin(cast):
    """A second record of Northwind, with business of its own."""
    partner = add_partner("North Wind", country="DE", domain="northwind.example", state="active", by=None)
    assign_manager(partner, cast.other_cam, by=None)
    update_profile(partner, by=None, employees=50)
    update_profile(cast.northwind, by=None, employees=40)
    contact = add_contact(partner, name="Nora", email="nora@north.example", by=None)
    log_activity(partner, by=cast.chief, kind="call", text="Spoke of prices", contact=contact)
    for company in (partner, cast.northwind):
        add_location(company, by=None, city="Bonn", country="DE")
        add_task(company, "Call", by=cast.chief)
    line = add_line("l", "Line", by=None)
    this = clock.today().replace(day=1)
    after = (this + dt.timedelta(days=40)).replace(day=1)
    for company, amount in ((cast.northwind, "100.10"), (partner, "50.05")):
        sale = {"line": line, "amount": Decimal(amount), "booked_on": clock.today(), "external_id": amount}
        book_actuals(company, [sale], by=None)
        set_targets(company, {this: Decimal(amount)}, by=None)
    set_targets(partner, {after: Decimal("7.00")}, by=None)
    copy_bank()
    assessment = start_assessment(partner, by=None)
    question = Question.objects.filter(bank=assessment.bank, options__isnull=False).first()
    answer_question(assessment, question, options=[question.options.first().code], by=None)
    open_review(partner, by=None)
    return partner


def state(*companies):
    """Every row that points at a partner, with where it points."""
    return {
        (model._meta.label, field.name): sorted(
            (str(pk), str(at))
            for pk, at in rows_of(model).filter(**{f"{field.name}__in": companies}).values_list("pk", field.attname)
        )
        for model, field in references()
    }  # fmt: skip


def revenue(partner):
    return SalesActual.objects.filter(partner=partner).aggregate(n=Sum("amount"))["n"]


def test_everything_moves_and_comes_back(cast, twin):
    both = (cast.northwind, twin)
    before, sums = state(*both), [revenue(company) for company in both]
    merge = merge_partners(cast.northwind, twin, by=cast.operations)
    assert revenue(cast.northwind) == sum(sums) == Decimal("150.15")
    assert revenue(twin) is None
    for model in (Contact, SalesActual, Task, Assessment, Answer, AnswerRevision, Review):
        assert not model.objects.filter(partner=twin).exists(), model
    assert Contact.objects.get(name="Nora").partner == cast.northwind
    # What has no room stays with its partner, and nothing is lost.
    assert Target.objects.get(partner=twin).amount == Decimal("50.05")
    assert sorted(Target.objects.filter(partner=cast.northwind).values_list("amount", flat=True)) == [
        7,
        Decimal("100.10"),
    ]
    assert PartnerLocation.objects.get(partner=twin).is_main
    assert ManagerAssignment.objects.get(partner=twin).manager == cast.other_cam
    assert {"sales.Target", "partners.PartnerProfile", "partners.PartnerLocation"} <= set(merge.stayed)
    assert (
        sum(len(rows) for rows in state(*both).values()) == sum(len(rows) for rows in before.values()) + 1
    )  # merged_into
    undo_merge(merge, by=cast.chief)
    assert state(*both) == before
    assert [revenue(company) for company in both] == sums
    with pytest.raises(AlreadyUndone):
        undo_merge(merge, by=cast.chief)


def test_chosen_values_survive_and_are_given_back_where_unchanged(cast, twin):
    choices = {"name": "other", "country": "keep", "profile.employees": "other"}
    merge = merge_partners(cast.northwind, twin, by=cast.operations, choices=choices)
    keep = Partner.objects.get(pk=cast.northwind.pk)
    assert (keep.name, keep.normalised_name, keep.partnerprofiles.get().employees) == ("North Wind", "north wind", 50)
    update_profile(keep, by=cast.operations, employees=60)
    undo_merge(merge, by=cast.operations)
    keep.refresh_from_db()
    assert (keep.name, keep.normalised_name, keep.partnerprofiles.get().employees) == ("Northwind", "northwind", 60)
    with pytest.raises(Invalid):
        merge_partners(keep, twin, by=cast.operations, choices={"state": "other"})


def test_what_was_added_to_moved_rows_follows_them(cast, twin):
    merge = merge_partners(cast.northwind, twin, by=cast.operations)
    contact = Contact.objects.get(name="Nora")
    log_activity(cast.northwind, by=cast.chief, kind="mail", text="Later", contact=contact)
    undo_merge(merge, by=cast.operations)
    contact.refresh_from_db()
    assert contact.partner == twin
    assert contact.activities.count() == 1


def test_it_is_in_no_list_and_its_address_and_number_lead_on(cast, twin, sign_in):
    client = sign_in(cast.operations)
    merge_partners(cast.northwind, twin, by=cast.operations)
    assert not Partner.objects.filter(pk=twin.pk).exists()
    assert "North Wind" not in client.get("/partners/").content.decode()
    assert "Northwind" in client.get(f"/partners/?q={twin.number}").content.decode()
    moved = client.get(f"/partners/{twin.pk}/")
    assert (moved.status_code, moved.url.endswith(f"/partners/{cast.northwind.pk}/")) == (302, True)
    assert "merged North Wind" in client.get(f"/partners/{cast.northwind.pk}/?tab=activity").content.decode()
    told = timeline_page(cast.northwind, cast.operations, kind="event").entries
    assert {entry.partner_id for entry in told} == {cast.northwind.pk, twin.pk}
    assert sign_in(cast.other_cam).get(f"/partners/{twin.pk}/").status_code == 404
    assert sign_in(cast.rival_champion).get(f"/partners/{twin.pk}/").status_code == 404


def test_its_way_of_recruiting_is_on_no_board_while_it_is_merged(cast, sign_in):
    found = add_partner("Ostwind", country="DE", state="engaged", by=None)
    client, pages = sign_in(cast.operations), ("/recruiting/", "/recruiting/list/")
    assert all("Ostwind" in client.get(page).content.decode() for page in pages)
    merge = merge_partners(cast.northwind, found, by=cast.operations)
    assert not any("Ostwind" in client.get(page).content.decode() for page in pages)
    undo_merge(merge, by=cast.operations)
    assert all("Ostwind" in client.get(page).content.decode() for page in pages)


def test_its_people_see_the_one_that_is_kept(cast, twin, sign_in):
    person = add_member(
        get_or_create_user("nora@north.example", "Nora"), roles=[Role.CHAMPION], partner_id=twin.pk, by=None
    )
    again = add_member(cast.champion.user, roles=[Role.CHAMPION], partner_id=twin.pk, by=None)
    rival = sign_in(cast.rival_champion).get("/partners/", follow=True).content
    merge = merge_partners(cast.northwind, twin, by=cast.operations)
    assert sign_in(Membership.objects.get(pk=person.pk)).get(f"/partners/{cast.northwind.pk}/").status_code == 200
    again.refresh_from_db()
    assert (again.partner_id, again.active) == (twin.pk, False)
    assert sign_in(cast.champion).get(f"/partners/{cast.northwind.pk}/").status_code == 200
    shown = sign_in(cast.rival_champion).get("/partners/", follow=True)
    assert (shown.status_code, b"Northwind" in shown.content, b"Northwind" in rival) == (200, False, False)
    undo_merge(merge, by=cast.operations)
    again.refresh_from_db()
    person.refresh_from_db()
    assert (again.active, person.partner_id) == (True, twin.pk)


def test_what_is_refused(cast, twin):
    by = cast.operations
    for keep, other, refusal in (
        (twin, twin, SamePartner),
        (cast.distributor_company, cast.sponsored, OneSponsorsTheOther),
        (cast.sponsored, cast.distributor_company, OneSponsorsTheOther),
    ):
        with pytest.raises(refusal):
            merge_partners(keep, other, by=by)
    with pytest.raises(NotAllowed):
        merge_partners(cast.northwind, twin, by=cast.cam)
    merge = merge_partners(cast.northwind, twin, by=by)
    with pytest.raises(AlreadyMerged):
        merge_partners(cast.rival, twin, by=by)
    with pytest.raises(OpenMerge):
        merge_partners(cast.rival, cast.northwind, by=by)
    with clock.travel(days=31), pytest.raises(TooLate):
        undo_merge(merge, by=by)
    with clock.travel(days=29):
        undo_merge(merge, by=by)


def test_the_pages_and_the_api(cast, twin, sign_in):
    client, address = sign_in(cast.operations), f"/partners/{cast.northwind.pk}/merge/"
    assert client.get(address).status_code == 200
    shown = client.get(f"{address}?other={twin.number.lower()}").content.decode()
    assert "North Wind" in shown and 'name="profile.employees"' in shown  # noqa: PT018
    done = client.post(address, {"other": str(twin.pk), "profile.employees": "other"})
    assert done.status_code == 302
    merge = Merge.objects.get()
    assert merge.choices["profile.employees"] == "other"
    assert "Take back" in client.get(f"/partners/{cast.northwind.pk}/?tab=activity").content.decode()
    assert sign_in(cast.cam).post(f"/partners/merges/{merge.pk}/undo/").status_code == 403
    assert client.post(f"/partners/merges/{merge.pk}/undo/").status_code == 302
    assert client.post(f"/partners/merges/{merge.pk}/undo/").status_code == 409
    api = token_client(cast.operations)
    url, said = f"/api/v1/partners/{cast.northwind.pk}/merge/", {"other_id": str(twin.pk)}
    made = api.post(url, said, "application/json")
    assert made.status_code == 201
    assert api.post(url, said, "application/json").status_code == 404
    assert api.post(f"/api/v1/merges/{made.json()['id']}/undo/").json()["undone_at"]
    assert token_client(cast.champion).get("/api/v1/merges/").status_code == 403
