"""The pages of people: who sees whom, who changes whose roles, and what the last champion keeps."""

from __future__ import annotations

import pytest

from prm.kernel.errors import Invalid, NotAllowed
from prm.kernel.members import LastAdministrator, LastChampion, add_member, change_roles, deactivate_member
from prm.kernel.members import get_or_create_user as login
from prm.kernel.models import Event, Membership
from prm.kernel.roles import Role
from prm.kernel.tenancy.context import member_scope


def names_on(page):
    return page.content.decode()


@pytest.mark.parametrize(
    ("who", "sees", "does_not_see"),
    [
        ("champion", ["Seller", "Technician"], ["Rita", "finance@acme.example", "Dora", "Stranger"]),
        ("rival_champion", ["Rita"], ["seller@northwind", "champion@northwind"]),
        ("cam", ["Finance", "Champion", "Dora"], ["Rita", "Stranger", "gus@"]),
        ("other_cam", ["Finance", "Rita"], ["champion@northwind", "Dora"]),
        ("operations", ["Finance", "Champion", "Rita"], ["Stranger", "gus@"]),
        ("admin", ["Finance", "Champion", "Rita"], ["Stranger"]),
        ("distributor", ["Dora"], ["champion@northwind", "Rita"]),
        ("stranger", ["Stranger", "Gus"], ["champion@northwind", "finance@acme"]),
    ],
)
def test_who_sees_whom(cast, sign_in, who, sees, does_not_see):
    client = sign_in(getattr(cast, who))
    for path in ("/people/", "/people/?format=csv"):
        page = client.get(path)
        assert page.status_code == 200
        shown = page.content.decode().split("<main")[-1]
        for name in sees:
            assert name in shown
        for name in does_not_see:
            assert name not in shown


@pytest.mark.parametrize(
    ("who", "whom", "status"),
    [
        ("champion", "seller", 200),
        ("champion", "rival_champion", 404),
        ("champion", "cam", 404),
        ("champion", "stranger", 404),
        ("other_cam", "seller", 404),
        ("seller", "champion", 200),
    ],
)
def test_a_persons_page_exists_for_who_may_know(cast, sign_in, who, whom, status):
    assert sign_in(getattr(cast, who)).get(f"/people/{getattr(cast, whom).pk}/").status_code == status


@pytest.mark.parametrize("status", ["?q=sell", "?role=partner_sales", "?side=partner", "?sort=-name", "?ended=on"])
def test_the_list_can_be_asked(cast, sign_in, status):
    page = sign_in(cast.admin).get("/people/" + status)
    assert page.status_code == 200
    assert "Seller" in names_on(page)


def test_who_has_left_is_shown_only_when_asked_for(cast, sign_in):
    deactivate_member(cast.seller, by=cast.champion)
    client = sign_in(cast.champion)
    assert "seller@" not in names_on(client.get("/people/"))
    assert "seller@" in names_on(client.get("/people/?ended=on"))


def test_the_list_asks_the_same_number_of_questions_for_many(cast, sign_in):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = sign_in(cast.operations)
    client.get("/people/")
    with CaptureQueriesContext(connection) as few:
        client.get("/people/")
    for number in range(30):
        someone = login(f"p{number}@northwind.example", f"P {number}")
        add_member(someone, roles=[Role.PARTNER_SALES], partner_id=cast.northwind.pk, by=None)
    with CaptureQueriesContext(connection) as many:
        client.get("/people/")
    assert len(many) == len(few), [q["sql"] for q in many.captured_queries]


def test_a_champion_changes_a_colleagues_roles(cast, sign_in):
    answer = sign_in(cast.champion).post(
        f"/people/{cast.seller.pk}/roles/", {"roles": ["partner_sales", "partner_technical"]}
    )
    assert answer.status_code == 302
    cast.seller.refresh_from_db()
    assert cast.seller.roles == ["partner_sales", "partner_technical"]
    event = Event.objects.get(name="member.roles_changed")
    assert event.data == {
        "before": ["partner_sales"],
        "roles": ["partner_sales", "partner_technical"],
        "person": "Seller",
    }


@pytest.mark.parametrize(
    ("who", "whom", "roles", "refusal"),
    [
        ("champion", "seller", [Role.DISTRIBUTOR], NotAllowed),  # above the own role
        ("champion", "seller", [Role.CHANNEL_CHIEF], Invalid),  # the vendor's side
        ("champion", "rival_champion", [Role.PARTNER_SALES], NotAllowed),
        ("champion", "cam", [Role.ACCOUNT_MANAGER], NotAllowed),
        ("seller", "seller", [Role.CHAMPION], NotAllowed),
        ("cam", "seller", [Role.CHAMPION], None),
        ("cam", "rival_champion", [Role.PARTNER_SALES], NotAllowed),
        ("cam", "cam", [Role.CHANNEL_CHIEF], NotAllowed),
        ("operations", "operations", [Role.CHANNEL_CHIEF], NotAllowed),
        ("operations", "seller", [Role.PARTNER_TECHNICAL], None),
        ("admin", "cam", [Role.ACCOUNT_MANAGER, Role.OPERATIONS], None),
        ("admin", "seller", [Role.CHAMPION], NotAllowed),
        ("chief", "cam", [Role.OPERATIONS], NotAllowed),
        ("auditor", "cam", [Role.OPERATIONS], NotAllowed),
    ],
)
def test_who_gives_which_role(cast, who, whom, roles, refusal):
    by, subject = getattr(cast, who), getattr(cast, whom)
    with member_scope(by):
        if refusal is None:
            change_roles(subject, roles=roles, by=by)
            assert sorted(Membership.objects.get(pk=subject.pk).roles) == sorted(roles)
        else:
            with pytest.raises(refusal):
                change_roles(subject, roles=roles, by=by)


def test_a_champion_cannot_touch_a_member_who_holds_more(cast):
    big = login("big@northwind.example", "Big")
    distributor = add_member(big, roles=[Role.DISTRIBUTOR], partner_id=cast.northwind.pk, by=None)
    for act in (
        lambda: change_roles(distributor, roles=[Role.PARTNER_SALES], by=cast.champion),
        lambda: deactivate_member(distributor, by=cast.champion),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_the_last_champion_stays(cast, sign_in):
    deactivate_member(cast.both, by=cast.champion)
    client = sign_in(cast.champion)
    answer = client.post(f"/people/{cast.champion.pk}/deactivate/")
    assert answer.status_code == 409
    assert "at least one champion" in names_on(answer)
    assert client.post(f"/people/{cast.champion.pk}/roles/", {"roles": ["partner_sales"]}).status_code == 409
    with pytest.raises(LastChampion):
        deactivate_member(cast.champion, by=cast.operations)
    change_roles(cast.seller, roles=[Role.CHAMPION], by=cast.champion)
    deactivate_member(cast.champion, by=cast.champion)  # the negative control
    assert not Membership.objects.get(pk=cast.champion.pk).active


def test_the_last_administrator_stays(cast):
    with pytest.raises(LastAdministrator):
        deactivate_member(cast.admin, by=cast.admin)
    with pytest.raises(LastAdministrator):
        change_roles(cast.admin, roles=[Role.AUDITOR], by=cast.admin)
    change_roles(cast.cam, roles=[Role.ACCOUNT_MANAGER, Role.TENANT_ADMIN], by=cast.admin)
    deactivate_member(cast.admin, by=cast.admin)


def test_a_form_offers_no_role_that_one_may_not_give(cast, sign_in):
    page = names_on(sign_in(cast.champion).get(f"/people/{cast.seller.pk}/"))
    assert 'value="partner_champion"' in page
    assert 'value="distributor"' not in page
    assert 'value="finance"' not in page
    assert "End access" not in names_on(sign_in(cast.seller).get(f"/people/{cast.champion.pk}/"))
    crafted = sign_in(cast.champion).post(f"/people/{cast.seller.pk}/roles/", {"roles": ["finance"]})
    assert crafted.status_code == 422


@pytest.mark.parametrize(
    ("who", "status", "companies"),
    [
        ("champion", 200, ["Northwind"]),
        ("cam", 200, ["Northwind", "Little Corner"]),
        ("operations", 200, ["Südstern"]),
        ("admin", 200, []),
        ("distributor", 200, ["Bigbox Distribution", "Little Corner"]),
        ("chief", 403, []),
        ("seller", 403, []),
        ("finance", 403, []),
    ],
)
def test_the_page_to_invite(cast, sign_in, who, status, companies):
    answer = sign_in(getattr(cast, who)).get(f"/people/invite/?company={cast.northwind.pk}")
    assert answer.status_code == status
    for name in companies:
        assert name in names_on(answer)
    if who in {"cam", "champion", "distributor"}:
        assert "Südstern" not in names_on(answer)
    if who == "admin":
        assert "Company" not in names_on(answer).split("<form")[-1]


def test_inviting_into_a_foreign_company_is_as_if_there_were_none(cast, sign_in):
    client = sign_in(cast.champion)
    given = {"email": "x@y.example", "roles": ["partner_sales"]}
    foreign = client.post("/people/invite/", {**given, "company": cast.rival.pk})
    unknown = client.post("/people/invite/", {**given, "company": "3e2f4c4e-9f44-4d3f-8f54-2a1f0e2d7e55"})
    assert foreign.status_code == unknown.status_code == 422
    assert len(foreign.content) == len(unknown.content)


def test_a_person_of_both_vendors_is_managed_apart(cast, sign_in):
    deactivate_member(cast.both, by=cast.champion)
    assert sign_in(cast.both).get("/people/").status_code == 404
    assert sign_in(cast.both_at_globex).get("/people/").status_code == 200


def test_only_the_administrator_changes_how_people_sign_in(cast, sign_in):
    assert sign_in(cast.chief).get("/settings/sign-in/").status_code == 403
    client = sign_in(cast.admin)
    assert client.get("/settings/sign-in/").status_code == 200
    assert client.post("/settings/sign-in/", {"needed": "on"}).status_code == 302
    cast.acme.refresh_from_db()
    cast.globex.refresh_from_db()
    assert cast.acme.needs_second_factor
    assert not cast.globex.needs_second_factor
    assert client.get("/settings/sign-in/").status_code == 302  # now it is asked of the administrator too
