"""A champion runs the company's people without the vendor: resend, come back, hand over, sign; and what stays shut."""

from __future__ import annotations

import threading

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction

from partners.actions import add_contact
from partners.actions.people import link_contact
from partners.models import Contact
from prm.kernel.errors import Conflict, NotAllowed
from prm.kernel.invitations import (
    InvitationOver,
    invite_member,
    join_as_new_person,
    resend_invitation,
    revoke_invitation,
)
from prm.kernel.members import (
    LastChampion,
    change_roles,
    deactivate_member,
    hand_over_champion,
    reactivate_member,
    set_signing_authority,
)
from prm.kernel.models import Event, Invitation, Membership
from prm.kernel.roles import Role
from prm.kernel.tenancy.context import member_scope, tenant_scope


def page_of(client, path):
    return client.get(path).content.decode()


def test_an_invitation_is_sent_again_and_the_old_link_is_dead(cast, sign_in, deliver):
    with member_scope(cast.champion):
        first = invite_member(
            "new@northwind.example", roles=[Role.PARTNER_SALES], by=cast.champion, partner_id=cast.northwind.pk
        )
    client = sign_in(cast.champion)
    assert "new@northwind.example" in page_of(client, "/people/")
    assert client.post(f"/people/invitations/{first.pk}/resend/").status_code == 302
    deliver()
    first.refresh_from_db()
    assert first.revoked_at is not None
    second = Invitation.objects.get(email="new@northwind.example", revoked_at=None)
    assert [second.roles, second.partner_id] == [first.roles, cast.northwind.pk]
    assert [m.to for m in mail.outbox] == [["new@northwind.example"]]
    with pytest.raises(InvitationOver):
        resend_invitation(first, by=cast.champion)
    # The rival does not even know of it, and a seller may not.
    assert sign_in(cast.rival_champion).post(f"/people/invitations/{second.pk}/resend/").status_code == 404
    assert sign_in(cast.seller).post(f"/people/invitations/{second.pk}/resend/").status_code == 403
    revoke_invitation(second, by=cast.champion)


def test_who_left_comes_back_with_the_roles_held_before(cast, sign_in):
    deactivate_member(cast.seller, by=cast.champion)
    assert sign_in(cast.seller).get("/").status_code == 404
    client = sign_in(cast.champion)
    assert "Give access again" in page_of(client, f"/people/{cast.seller.pk}/")
    assert client.post(f"/people/{cast.seller.pk}/reactivate/").status_code == 302
    assert sign_in(cast.seller).get("/").status_code == 200
    assert Membership.objects.get(pk=cast.seller.pk).roles == ["partner_sales"]
    deactivate_member(cast.seller, by=cast.champion)
    for stranger in (cast.rival_champion, cast.stranger):
        assert sign_in(stranger).post(f"/people/{cast.seller.pk}/reactivate/").status_code == 404
    with pytest.raises(NotAllowed):
        reactivate_member(cast.seller, by=cast.technician)


def test_the_champion_hands_over_and_can_change_nobody_afterwards(cast, sign_in):
    deactivate_member(cast.both, by=cast.champion)
    client = sign_in(cast.champion)
    assert "Hand over the champion role" in page_of(client, f"/people/{cast.seller.pk}/")
    assert client.post(f"/people/{cast.seller.pk}/hand-over/").status_code == 302
    cast.seller.refresh_from_db()
    cast.champion.refresh_from_db()
    assert cast.seller.roles == ["partner_champion", "partner_sales"]
    assert cast.champion.roles == ["partner_sales"]
    assert client.post(f"/people/{cast.technician.pk}/deactivate/").status_code == 403
    assert Event.objects.get(name="member.champion_handed_over").data["person"] == "Seller"


@pytest.mark.parametrize(("who", "whom"), [("seller", "technician"), ("champion", "champion"), ("cam", "seller")])
def test_who_is_no_champion_hands_over_nothing(cast, who, whom):
    with pytest.raises(NotAllowed):
        hand_over_champion(getattr(cast, whom), by=getattr(cast, who))


def test_a_champion_who_was_replaced_meanwhile_hands_over_nothing(cast):
    stale = Membership.objects.get(pk=cast.champion.pk)
    change_roles(cast.champion, roles=[Role.PARTNER_SALES], by=cast.both)
    with pytest.raises(Conflict):
        hand_over_champion(cast.seller, by=stale)


def test_the_authority_to_sign_goes_with_the_champions_role(cast):
    set_signing_authority(cast.champion, given=True, by=cast.operations)
    change_roles(cast.champion, roles=[Role.PARTNER_SALES], by=cast.both)
    assert not Membership.objects.get(pk=cast.champion.pk).signing_authority
    with pytest.raises(IntegrityError), transaction.atomic():  # and the database insists
        Membership.objects.filter(pk=cast.champion.pk).update(signing_authority=True)


def test_roles_are_explained_where_they_are_given(cast, sign_in):
    page = page_of(sign_in(cast.champion), f"/people/{cast.seller.pk}/")
    assert "Registers deals, works on leads" in page
    assert "Acts for the own company and for the companies it sponsors" not in page  # above a champion


def test_a_distributor_looks_after_the_people_of_a_sponsored_company(cast, sign_in):
    client = sign_in(cast.distributor)
    form = {"email": "lee@corner.example", "roles": ["partner_champion"], "company": str(cast.sponsored.pk)}
    assert client.post("/people/invite/", form).status_code == 302
    assert Invitation.objects.get(email="lee@corner.example").partner_id == cast.sponsored.pk
    refused = client.post("/people/invite/", {**form, "company": str(cast.northwind.pk)})
    assert refused.status_code == 422


@pytest.mark.parametrize("email", ["kim@northwind.example", "old@northwind.example"])
def test_who_joins_stands_among_the_contacts_once(cast, deliver, email):
    add_contact(cast.northwind, name="Old Hand", email="old@northwind.example", by=cast.champion)
    invitation = invite_member(
        email, roles=[Role.PARTNER_TECHNICAL], by=cast.champion, partner_id=cast.northwind.pk, name="Kim"
    )
    member = join_as_new_person(invitation, name="Kim", password=None)
    deliver()
    contact = Contact.objects.get(email=email)
    assert contact.member_id == member.pk
    assert contact.name == ("Old Hand" if email.startswith("old") else "Kim")
    assert link_contact(member) is None  # and once only


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_two_champions_who_remove_each_other_at_once_leave_one():
    from tests.conftest import build_cast

    cast = build_cast()
    pair = [cast.champion, cast.both]
    barrier, outcome = threading.Barrier(2), []

    def remove(by, whom):
        try:
            with tenant_scope(cast.acme):
                subject = Membership.objects.select_related("user").get(pk=whom.pk)
                barrier.wait(10)
                deactivate_member(subject, by=by)
            outcome.append("done")
        except (LastChampion, NotAllowed) as refusal:
            outcome.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=remove, args=args) for args in (pair, pair[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcome) == ["done", "last_champion"]
    with tenant_scope(cast.acme):
        assert Membership.objects.filter(pk__in=[m.pk for m in pair], active=True).count() == 1
