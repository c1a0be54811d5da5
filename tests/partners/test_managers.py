"""Who looks after a partner: stand-ins see it in their days only, and many can be handed over at once; sponsors."""

import datetime as dt

import pytest

from partners.actions import (
    AlreadyThere,
    NoAccountManager,
    NoSponsor,
    OneLevel,
    add_partner,
    add_secondary_manager,
    add_stand_in,
    add_task,
    assign_manager,
    complete_task,
    end_stand_in,
    reassign_partners,
    set_sponsor,
)
from partners.models import ManagerAssignment, Partner, Task
from prm.kernel import clock
from prm.kernel.errors import Conflict, Invalid, NotAllowed, Stale
from prm.kernel.models import Membership
from prm.kernel.tenancy.context import member_scope
from tests.clients import token_client


def names(member):
    fresh = Membership.objects.get(pk=member.pk)
    with member_scope(fresh):
        return {p.name for p in Partner.objects.visible_to(fresh)}


def days(first, last):
    today = clock.today()
    return {"from_date": today + dt.timedelta(days=first), "to_date": today + dt.timedelta(days=last)}


def test_a_stand_in_sees_the_partner_in_these_days_only(cast):
    add_stand_in(cast.northwind, cast.other_cam, by=cast.operations, **days(1, 3))
    assert names(cast.other_cam) == {"Südstern"}
    for ahead, sees in ((1, True), (3, True), (4, False)):
        with clock.travel(days=ahead):
            assert ("Northwind" in names(cast.other_cam)) is sees
    assert "Northwind" in names(cast.cam)


def test_a_stand_in_that_is_ended_sees_it_no_more(cast):
    made = add_stand_in(cast.northwind, cast.other_cam, by=cast.operations, **days(0, 9))
    assert "Northwind" in names(cast.other_cam)
    end_stand_in(made, by=cast.operations)
    assert "Northwind" not in names(cast.other_cam)
    made.refresh_from_db()
    assert (made.from_date, made.to_date) == (clock.today(), clock.today())  # less than a day is a period, too
    with pytest.raises(Conflict):
        end_stand_in(made, by=cast.operations)
    made = add_stand_in(cast.northwind, cast.other_cam, by=cast.operations, **days(0, 9))
    with clock.travel(days=2):
        end_stand_in(made, by=cast.operations)
        with pytest.raises(Conflict):
            end_stand_in(made, by=cast.operations)
    made.refresh_from_db()
    assert made.to_date == clock.today() + dt.timedelta(days=1)


def test_what_began_and_ended_on_one_day_stays_in_the_history(cast, sign_in):
    client, address = sign_in(cast.operations), f"/partners/{cast.northwind.pk}/managers/"
    made = add_stand_in(cast.northwind, cast.other_cam, by=cast.operations, **days(0, 9))
    end_stand_in(made, by=cast.operations)
    later = add_stand_in(cast.northwind, cast.other_cam, by=cast.operations, **days(4, 9))
    end_stand_in(later, by=cast.operations)  # has not begun: never was
    page = client.get(address).content.decode().partition('id="history"')[2].partition("</table>")[0]
    assert page.count("Other_Cam") == 1
    assert page.count(">Now<") + page.count("Now </span>") == 1  # the main one alone


def test_a_second_account_manager_stays_until_it_is_ended(cast, sign_in):
    client, address = sign_in(cast.operations), f"/partners/{cast.northwind.pk}/managers/"
    assert client.post(f"{address}secondary/", {"manager": cast.other_cam.pk}).status_code == 302
    assert client.post(f"{address}secondary/", {"manager": cast.other_cam.pk}).status_code == 409
    assert client.post(f"{address}secondary/", {"manager": cast.cam.pk}).status_code == 409  # the main one
    with clock.travel(days=400):
        assert "Northwind" in names(cast.other_cam)
    for where in (address, f"/partners/{cast.northwind.pk}/"):
        page = client.get(where).content.decode()
        assert "Other_Cam" in page
    assert "Northwind" in names(cast.cam)
    made = ManagerAssignment.objects.get(kind="secondary")
    assert client.post(f"/partners/managers/{made.pk}/end-secondary/").status_code == 302
    assert "Northwind" not in names(cast.other_cam)
    made.refresh_from_db()
    assert (made.from_date, made.to_date) == (clock.today(), clock.today())
    api = token_client(cast.operations)
    sent = {"partner_id": str(cast.northwind.pk), "manager_id": str(cast.other_cam.pk)}
    again = api.post("/api/v1/manager-assignments/secondary/", sent, content_type="application/json")
    assert (again.status_code, again.json()["kind"]) == (201, "secondary")
    for member in (cast.cam, cast.champion, cast.admin):
        with pytest.raises(NotAllowed):
            add_secondary_manager(cast.rival, cast.cam, by=member)
    assign_manager(cast.northwind, cast.other_cam, by=cast.operations)  # who becomes the main one is no second one
    assert not ManagerAssignment.objects.filter(kind="secondary", to_date=None).exists()


def test_a_distributors_page_lists_whom_it_sponsors(cast, sign_in):
    for member in (cast.operations, cast.distributor):
        page = sign_in(member).get(f"/partners/{cast.distributor_company.pk}/").content.decode()
        assert "Little Corner" in page.partition('id="sponsored"')[2]
    assert 'id="sponsored"' not in sign_in(cast.operations).get(f"/partners/{cast.northwind.pk}/").content.decode()


def test_what_is_no_stand_in(cast):
    for manager, span, refusal in (
        (cast.finance, days(0, 1), NoAccountManager),
        (cast.champion, days(0, 1), NoAccountManager),
        (cast.cam, days(0, 1), AlreadyThere),
        (cast.other_cam, days(3, 1), Invalid),
        (cast.other_cam, days(-9, -1), Invalid),
        (cast.other_cam, days(0, 800), Invalid),
    ):
        with pytest.raises(refusal):
            add_stand_in(cast.northwind, manager, by=cast.operations, **span)
    add_stand_in(cast.northwind, cast.other_cam, by=cast.operations, **days(0, 5))
    with pytest.raises(AlreadyThere):
        add_stand_in(cast.northwind, cast.other_cam, by=cast.operations, **days(5, 6))
    for member in (cast.cam, cast.champion, cast.finance, cast.admin):
        with pytest.raises(NotAllowed):
            add_stand_in(cast.northwind, cast.other_cam, by=member, **days(7, 8))


def test_the_history_stands_on_the_page(cast, sign_in):
    assign_manager(cast.northwind, cast.other_cam, by=cast.operations)
    client = sign_in(cast.operations)
    address = f"/partners/{cast.northwind.pk}/managers/"
    page = client.get(address).content.decode()
    assert "Cam" in page
    assert "Other_Cam" in page
    sent = {"manager": cast.cam.pk, **{name: day.isoformat() for name, day in days(1, 2).items()}}
    assert client.post(f"{address}stand-in/", sent).status_code == 302
    again = client.post(f"{address}stand-in/", sent)
    assert again.status_code == 409
    made = ManagerAssignment.objects.get(kind="stand_in")
    assert client.post(f"/partners/managers/{made.pk}/end/").status_code == 302
    assert client.post(f"{address}assign/", {"manager": cast.cam.pk}).status_code == 302
    assert "Assign" not in sign_in(cast.champion).get(address).content.decode().split("<main")[-1]


def test_what_is_open_goes_to_the_new_account_manager(cast):
    mine = add_task(cast.northwind, "Call about the renewal", by=cast.cam, owner=cast.cam)
    done = complete_task(add_task(cast.northwind, "Send the price list", by=cast.cam, owner=cast.cam), by=cast.cam)
    theirs = add_task(cast.northwind, "Check the contract", by=cast.operations, owner=cast.operations)
    assign_manager(cast.northwind, cast.other_cam, by=cast.operations)
    owners = [Task.objects.get(pk=task.pk).owner for task in (mine, done, theirs)]
    assert owners == [cast.other_cam, cast.cam, cast.operations]


def test_all_partners_of_one_who_leaves_go_to_another(cast, sign_in):
    client = sign_in(cast.operations)
    asked = f"?manager={cast.cam.pk}&to={cast.other_cam.pk}"
    preview = client.get(f"/partners/managers/reassign/{asked}").content.decode()
    for name in ("Northwind", "Bigbox Distribution", "Little Corner"):
        assert name in preview
    sent = {"manager": cast.cam.pk, "to": cast.other_cam.pk, "partners": [cast.northwind.pk, cast.sponsored.pk]}
    assert client.post("/partners/managers/reassign/", sent).status_code == 302
    assert names(cast.other_cam) == {"Südstern", "Northwind", "Little Corner"}
    assert names(cast.cam) == {"Bigbox Distribution"}
    assert client.post("/partners/managers/reassign/", sent).status_code == 422  # a stale list moves nothing


def test_a_partner_that_moved_on_is_not_handed_over_by_a_stale_list(cast):
    ids = [cast.northwind.pk, cast.rival.pk]
    with pytest.raises(Conflict):
        reassign_partners(cast.cam, to=cast.other_cam, partner_ids=ids, by=cast.operations)
    assert "Northwind" in names(cast.cam)
    assert len(reassign_partners(cast.cam, to=cast.other_cam, by=cast.operations)) == 3
    with pytest.raises(NotAllowed):
        reassign_partners(cast.other_cam, to=cast.cam, by=cast.cam)


def test_sponsors_are_distributors_one_level_up(cast):
    set_sponsor(cast.northwind, cast.distributor_company, by=cast.operations)
    assert "Northwind" in names(cast.distributor)
    set_sponsor(cast.northwind, None, by=cast.operations)
    assert "Northwind" not in names(cast.distributor)
    other = add_partner("Second Box", country="DE", type=Partner.Type.DISTRIBUTOR, by=None)
    for partner, sponsor, refusal in (
        (cast.northwind, cast.rival, NoSponsor),
        (cast.distributor_company, cast.distributor_company, Invalid),
        (cast.distributor_company, other, OneLevel),  # it sponsors others itself
    ):
        with pytest.raises(refusal):
            set_sponsor(partner, sponsor, by=cast.operations)
    third = add_partner("Third Box", country="DE", type=Partner.Type.DISTRIBUTOR, by=None)
    set_sponsor(other, third, by=cast.operations)
    with pytest.raises(OneLevel):
        set_sponsor(cast.northwind, other, by=cast.operations)  # it has a sponsor itself
    with pytest.raises(OneLevel):
        set_sponsor(third, other, by=cast.operations)  # no circle
    with pytest.raises(Stale):
        set_sponsor(other, None, seen_version=0, by=cast.operations)
    with pytest.raises(NotAllowed):
        set_sponsor(cast.northwind, cast.distributor_company, by=cast.cam)


def test_managers_and_sponsors_over_the_api(cast, sign_in):
    client = token_client(cast.operations)
    sent = {"partner_id": str(cast.northwind.pk), "manager_id": str(cast.other_cam.pk)}
    span = {name: day.isoformat() for name, day in days(0, 2).items()}
    made = client.post("/api/v1/manager-assignments/stand-in/", sent | span, content_type="application/json")
    assert (made.status_code, made.json()["kind"]) == (201, "stand_in")
    ended = client.post(f"/api/v1/manager-assignments/{made.json()['id']}/end/", content_type="application/json")
    assert ended.status_code == 200
    assert client.post("/api/v1/manager-assignments/", sent, content_type="application/json").status_code == 201
    moved = client.post(
        "/api/v1/manager-assignments/reassign/",
        {"manager_id": str(cast.other_cam.pk), "to_id": str(cast.cam.pk)},
        content_type="application/json",
    )
    assert set(moved.json()["partner_ids"]) == {str(cast.northwind.pk), str(cast.rival.pk)}
    address = f"/api/v1/partners/{cast.northwind.pk}/sponsor/"
    seen = client.get(f"/api/v1/partners/{cast.northwind.pk}/").json()["version"]
    wrong = client.put(address, {"sponsor_id": str(cast.rival.pk), "version": seen}, content_type="application/json")
    assert (wrong.status_code, wrong.json()["code"]) == (400, "no_sponsor")
    right = client.put(
        address, {"sponsor_id": str(cast.distributor_company.pk), "version": seen}, content_type="application/json"
    )
    assert right.json()["sponsor_id"] == str(cast.distributor_company.pk)
    page = sign_in(cast.operations).get(f"/partners/{cast.northwind.pk}/sponsor/")
    assert "Bigbox Distribution" in page.content.decode()
