"""Inviting: who may invite whom, the letter, the link that works once for one address at one vendor."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail

from prm.kernel import clock
from prm.kernel.errors import Invalid, NotAllowed, Unknown
from prm.kernel.invitations import (
    AlreadyMember,
    InvitationOver,
    OtherAddress,
    RolesNotYours,
    accept_invitation,
    find_invitation,
    invite_member,
    revoke_invitation,
    token_of,
)
from prm.kernel.members import deactivate_member
from prm.kernel.models import Event, Invitation, Membership, User
from prm.kernel.outbox import run_delivery
from prm.kernel.roles import Role
from prm.kernel.tenancy.context import member_scope, tenant_scope
from tests.clients import token_client
from tests.conftest import PASSWORD
from tests.signin.conftest import Visitor, link_in

NEW = "nora@northwind.example"


def invite_nora(cast, **changes):
    given = {"roles": [Role.PARTNER_SALES], "partner_id": cast.northwind.pk, "by": cast.champion, "name": "Nora"}
    return invite_member(NEW, **{**given, **changes})


def test_the_letter_brings_a_new_person_in(cast, sign_in, deliver):
    answer = sign_in(cast.champion).post(
        "/people/invite/",
        {"email": NEW, "name": "Nora O'Neill", "company": cast.northwind.pk, "roles": ["partner_sales"]},
    )
    assert answer.status_code == 302
    assert deliver() == ["done"]
    (letter,) = mail.outbox
    assert letter.to == [NEW]
    assert letter.subject == "Champion invites you to Acme"
    assert "Hello Nora O'Neill," in letter.body
    assert letter.alternatives[0].mimetype == "text/html"
    assert "Nora O&#x27;Neill" in letter.alternatives[0].content

    visitor = Visitor()
    link = link_in(letter)
    for _ in range(2):  # mail scanners open every link
        assert visitor.get(link).status_code == 200
    assert Invitation.objects.get().used_at is None
    joined = visitor.post(link, {"name": "Nora O'Neill", "password": "sunny ducks walk far"})
    assert joined.status_code == 302
    assert joined["Location"] == "/t/acme/"
    assert visitor.get("/t/acme/people/").status_code == 200
    nora = Membership.objects.get(user__email=NEW)
    assert nora.roles == ["partner_sales"]
    assert nora.partner_id == cast.northwind.pk
    assert visitor.get("/t/globex/people/").status_code == 404
    assert {"invitation.sent", "invitation.accepted", "member.added"} <= set(
        Event.objects.values_list("name", flat=True)
    )
    assert Visitor().get(link).status_code == 404  # once


def test_the_page_of_a_link_does_not_send_its_address_elsewhere(cast):
    page = Visitor().get(f"/invitations/{token_of(invite_nora(cast))}/")
    assert page["Referrer-Policy"] == "same-origin"
    assert "no-store" in page["Cache-Control"]


def test_a_weak_password_is_refused_and_nothing_is_used_up(cast):
    invitation = invite_nora(cast)
    answer = Visitor().post(f"/invitations/{token_of(invitation)}/", {"name": "Nora", "password": "password12"})
    assert answer.status_code == 422
    assert not User.objects.filter(email=NEW).exists()
    assert find_invitation(token_of(invitation))[1] == invitation


def test_the_token_is_long_and_only_its_hash_is_kept(cast):
    invitation = invite_nora(cast)
    token = token_of(invitation)
    assert len(token) == 86
    assert token not in str(Invitation.objects.filter(pk=invitation.pk).values().get())
    flipped = token[:-2] + ("AA" if token[-2:] != "AA" else "BB")
    for wrong in (flipped, "x" * 86, "x", "%00", token[:40]):
        with pytest.raises(InvitationOver):
            find_invitation(wrong)


def test_a_token_is_bound_to_its_tenant(cast):
    import base64

    token = token_of(invite_nora(cast))
    raw = base64.urlsafe_b64decode(token + "==")
    moved = base64.urlsafe_b64encode(cast.globex.pk.bytes + raw[16:]).rstrip(b"=").decode()
    with pytest.raises(InvitationOver):
        find_invitation(moved)


def test_an_invitation_ends_after_seven_days(cast):
    token = token_of(invite_nora(cast))
    with clock.travel(days=6):
        find_invitation(token)
    with clock.travel(days=8), pytest.raises(InvitationOver):
        find_invitation(token)
    late = clock.now() + dt.timedelta(days=8)
    with clock.travel(to=late):
        assert Visitor().get(f"/invitations/{token}/").status_code == 404


def test_a_newer_invitation_replaces_the_older(cast, deliver):
    first = token_of(invite_nora(cast))
    second = token_of(invite_nora(cast))
    with pytest.raises(InvitationOver):
        find_invitation(first)
    find_invitation(second)
    deliver()
    assert [link_in(letter).split("/")[2] for letter in mail.outbox] == [second]  # the dead one is not sent


def test_a_revoked_invitation_is_dead_and_its_letter_is_not_sent(cast, sign_in, deliver):
    invitation = invite_nora(cast)
    assert sign_in(cast.champion).post(f"/people/invitations/{invitation.pk}/revoke/").status_code == 302
    with pytest.raises(InvitationOver):
        find_invitation(token_of(invitation))
    deliver()
    assert mail.outbox == []
    with pytest.raises(InvitationOver):
        revoke_invitation(invitation, by=cast.champion)


def test_an_invitation_is_bound_to_its_address(cast):
    invitation = invite_nora(cast)
    with pytest.raises(OtherAddress):
        accept_invitation(invitation, user=cast.seller.user)


def test_a_known_person_signs_in_and_accepts(cast):
    gus = cast.globex_champion.user
    invitation = invite_member(gus.email, roles=[Role.CHAMPION], partner_id=cast.northwind.pk, by=cast.champion)
    link = f"/invitations/{token_of(invitation)}/"
    visitor = Visitor()
    page = visitor.get(link)
    assert b"Sign in to accept" in page.content
    assert visitor.post(link, {"name": "Gus", "password": "another good password"}).status_code == 403
    gus.refresh_from_db()
    assert gus.check_password(PASSWORD)  # the link alone changes nothing about a login
    back = visitor.post("/accounts/login/", {"login": gus.email, "password": PASSWORD, "next": link})
    assert back["Location"] == link
    accepted = visitor.post(link)
    assert accepted.status_code == 302
    assert Membership.objects.get(user=gus).partner_id == cast.northwind.pk
    assert visitor.get("/t/acme/people/").status_code == 200


def test_somebody_else_at_the_screen_cannot_accept(cast, sign_in):
    link = f"/invitations/{token_of(invite_nora(cast))}/"
    other = sign_in(cast.seller)
    other.prefix = ""
    assert b"signed in as" in other.get(link).content
    other.post(link, {"name": "Nora", "password": "sunny ducks walk far"})
    assert not User.objects.filter(email=NEW).exists()


def test_inviting_looks_the_same_whether_the_address_is_known(cast, sign_in, deliver):
    champion = sign_in(cast.champion)
    given = {"company": cast.northwind.pk, "roles": ["partner_sales"]}
    known = champion.post("/people/invite/", {**given, "email": cast.globex_champion.user.email})
    unknown = champion.post("/people/invite/", {**given, "email": "nobody@nowhere.example"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert deliver() == ["done", "done"]
    assert len(mail.outbox) == 2
    text = [letter.body.replace(letter.to[0], "X").replace(link_in(letter), "L") for letter in mail.outbox]
    assert text[0] == text[1]


def test_a_member_is_not_invited_again(cast):
    with pytest.raises(AlreadyMember):
        invite_member(
            cast.seller.user.email, roles=[Role.PARTNER_SALES], partner_id=cast.northwind.pk, by=cast.champion
        )


def test_who_left_comes_back_by_a_new_invitation(cast):
    deactivate_member(cast.seller, by=cast.champion)
    invitation = invite_member(
        cast.seller.user.email, roles=[Role.PARTNER_MARKETING], partner_id=cast.northwind.pk, by=cast.champion
    )
    member = accept_invitation(invitation, user=cast.seller.user)
    assert (member.pk, member.active, member.roles) == (cast.seller.pk, True, ["partner_marketing"])


def test_an_invitation_dies_with_the_rights_of_who_sent_it(cast):
    invitation = invite_nora(cast)
    deactivate_member(cast.champion, by=cast.operations)
    _, found = find_invitation(token_of(invitation))
    with pytest.raises(InvitationOver):
        accept_invitation(found, user=User.objects.create_user(NEW, "x" * 12, name="Nora"))


@pytest.mark.parametrize(
    ("who", "where", "role", "refusal"),
    [
        ("champion", "northwind", Role.CHAMPION, None),
        ("champion", "northwind", Role.PARTNER_TECHNICAL, None),
        ("champion", "northwind", Role.DISTRIBUTOR, RolesNotYours),
        ("champion", "northwind", Role.CHANNEL_CHIEF, Invalid),
        ("champion", "rival", Role.PARTNER_SALES, Unknown),
        ("champion", None, Role.AUDITOR, RolesNotYours),
        ("seller", "northwind", Role.PARTNER_SALES, NotAllowed),
        ("rival_champion", "northwind", Role.PARTNER_SALES, Unknown),
        ("cam", "northwind", Role.CHAMPION, None),
        ("cam", "rival", Role.CHAMPION, Unknown),
        ("cam", None, Role.AUDITOR, RolesNotYours),
        ("operations", "rival", Role.CHAMPION, None),
        ("operations", None, Role.FINANCE, RolesNotYours),
        ("admin", None, Role.FINANCE, None),
        ("admin", "northwind", Role.CHAMPION, RolesNotYours),
        ("admin", None, Role.CHAMPION, Invalid),
        ("distributor", "sponsored", Role.CHAMPION, None),
        ("distributor", "northwind", Role.PARTNER_SALES, Unknown),
        ("chief", "northwind", Role.CHAMPION, NotAllowed),
        ("finance", None, Role.FINANCE, NotAllowed),
        ("auditor", None, Role.AUDITOR, NotAllowed),
    ],
)
def test_who_may_invite_whom(cast, who, where, role, refusal):
    by = getattr(cast, who)
    with member_scope(by):

        def act():
            return invite_member(
                "new@person.example", roles=[role], partner_id=getattr(cast, where).pk if where else None, by=by
            )

        if refusal is None:
            assert act().roles == [role]
        else:
            with pytest.raises(refusal):
                act()


def test_the_worker_writes_with_the_same_message_id_when_it_must_try_again(cast, settings, free_port):
    """Against a real SMTP server: the first try is refused after the data, the second is accepted."""
    from aiosmtpd.controller import Controller

    class Sink:
        def __init__(self):
            self.letters = []

        async def handle_DATA(self, server, session, envelope):
            self.letters.append(envelope)
            return "451 try again" if len(self.letters) == 1 else "250 OK"

    sink = Sink()
    controller = Controller(sink, hostname="127.0.0.1", port=free_port)
    controller.start()
    try:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        from prm.kernel.models import Delivery

        invite_nora(cast)
        delivery = Delivery.objects.get(task="kernel.send_invitation")
        assert run_delivery(cast.acme.pk, delivery.pk) == "again"
        with tenant_scope(cast.acme):
            assert run_delivery(cast.acme.pk, delivery.pk) == "done"
        assert run_delivery(cast.acme.pk, delivery.pk) in {"gone", "held"}
    finally:
        controller.stop()
    import email

    parsed = [email.message_from_bytes(e.content) for e in sink.letters]
    assert len(parsed) == 2
    assert parsed[0]["Message-ID"] == parsed[1]["Message-ID"]
    assert parsed[0]["Message-ID"].startswith("<invitation.")
    assert sink.letters[1].rcpt_tos == [NEW]
    assert parsed[1].get_content_type() == "multipart/alternative"


def test_over_the_api_a_second_invitation_takes_the_place_of_the_first(cast):
    client = token_client(cast.champion)
    body = {"email": NEW, "partner_id": str(cast.northwind.pk), "roles": ["partner_sales"]}
    first, second = (
        client.post("/api/v1/invitations/", body, content_type="application/json").json() for _ in range(2)
    )
    states = {row["id"]: row["state"] for row in client.get("/api/v1/invitations/").json()["results"]}
    assert (states[first["id"]], states[second["id"]]) == ("withdrawn", "open")
    still_open = client.get(f"/api/v1/invitations/?state=open&email={NEW.upper()}").json()["results"]
    assert [row["id"] for row in still_open] == [second["id"]]
    with clock.travel(to=clock.now() + dt.timedelta(days=8)):
        assert client.get(f"/api/v1/invitations/{second['id']}/").json()["state"] == "expired"
        assert client.get("/api/v1/invitations/?state=open").json()["count"] == 0


def test_whether_somebody_may_sign_is_read_and_written_by_one_name(cast):
    client = token_client(cast.operations)
    address = f"/api/v1/members/{cast.champion.pk}/"
    answer = client.post(f"{address}signing/", {"signing_authority": True}, content_type="application/json")
    assert answer.json()["signing_authority"] is client.get(address).json()["signing_authority"] is True
