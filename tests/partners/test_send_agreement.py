"""An agreement sent to a named person ends in that person's signature, and all who wait are told for what."""

from __future__ import annotations

import pytest
from django.core import mail

from partners.actions import (
    OtherName,
    SignerNotChampion,
    add_contact,
    add_partner,
    record_document,
    send_agreement,
    sign_document,
)
from partners.hooks.recruitment import commit_when_signed, send_agreement_letter
from partners.hooks.signing import tell_signer
from partners.models import Candidate, DocumentVersion, Partner
from partners.queries import authority_to_confirm, documents_to_sign
from prm.kernel.invitations import accept_invitation
from prm.kernel.members import add_member, get_or_create_user, set_signing_authority
from prm.kernel.models import Event, Invitation, Notification
from prm.kernel.tenancy.context import current, member_scope
from tests.clients import token_client
from tests.papers import paper

EMAIL = "olga@ostwind.example"


@pytest.fixture
def qualified(cast):
    return add_partner("Ostwind", country="DE", state="qualified", domain="ostwind.example", by=None)


@pytest.fixture
def olga(cast, qualified):
    return add_contact(qualified, by=cast.operations, name="Olga Ostwind", email=EMAIL)


@pytest.fixture
def sent(cast, qualified, olga):
    send_agreement(qualified, olga, by=cast.operations, file=paper())
    return DocumentVersion.objects.select_related("document").get(partner=qualified)


def said_on(page):
    return " ".join(page.content.decode().split())


def test_the_named_signer_signs_once_operations_have_confirmed_it(cast, sign_in, qualified, sent):
    here, candidate = f"/partners/documents/{sent.document_id}/", f"/partners/{qualified.pk}/recruiting/"
    operations, chief = sign_in(cast.operations), sign_in(cast.chief)
    assert "has not accepted the invitation yet" in said_on(operations.get(here))
    assert "has not accepted the invitation yet" in said_on(chief.get(candidate))
    user = get_or_create_user(EMAIL, "Olga Ostwind")
    champion = accept_invitation(Invitation.objects.get(email=EMAIL), user=user)
    assert "It waits for Acme first" in said_on(sign_in(champion).get("/"))
    assert "Acme confirms first that you may sign for Ostwind" in said_on(sign_in(champion).get(here))
    assert "Olga Ostwind is named to sign for Ostwind" in said_on(operations.get("/"))
    assert "named to sign" not in said_on(chief.get("/"))  # who cannot confirm it is not asked
    assert f"/people/{champion.pk}/#authority" in said_on(operations.get(here))
    assert "channel operations confirms" in said_on(chief.get(candidate))

    champion = set_signing_authority(champion, given=True, by=cast.operations)
    tell_signer.run(event_id=str(Event.objects.get(name="member.authority_set").pk))
    assert "it waits for your signature" in Notification.objects.get(member=champion).text
    assert not authority_to_confirm(cast.operations)
    home = said_on(sign_in(champion).get("/"))
    assert "Sign Reseller agreement" in home
    assert "You are named to sign" not in home
    with member_scope(champion):
        assert [one.pk for one in documents_to_sign(champion)] == [sent.pk]
        sign_document(sent, by=champion, name="Olga Ostwind", agreed=True)
    event = Event.objects.get(name="document.signed", subject_id=sent.pk)
    commit_when_signed.run(event_id=str(event.pk))
    assert Partner.objects.get(pk=qualified.pk).state == "committed"


def test_who_is_not_named_is_not_told_that_it_is_confirmed(cast, sign_in, qualified, sent):
    user = get_or_create_user("otto@ostwind.example", "Otto Ostwind")
    other = add_member(user, roles=["partner_champion"], partner_id=qualified.pk, by=None)
    assert not authority_to_confirm(cast.operations)
    assert "named to sign" not in said_on(sign_in(other).get("/"))
    page = said_on(sign_in(other).get(f"/partners/documents/{sent.document_id}/"))
    assert "Someone with signing authority signs this" in page


def test_the_letter_says_what_the_signature_waits_for(cast, qualified, sent):
    candidate = Candidate.objects.get(partner=qualified)

    def letter():
        send_agreement_letter.run(candidate_id=str(candidate.pk), context=current())
        return " ".join(mail.outbox[-1].body.split())

    first = letter()
    assert "You have no login yet" in first
    assert "Before you sign, Acme confirms that you may sign for Ostwind" in first
    user = get_or_create_user(EMAIL, "Olga Ostwind")
    champion = add_member(user, roles=["partner_champion"], partner_id=qualified.pk, by=None)
    set_signing_authority(champion, given=True, by=cast.operations)
    assert "waits for your signature" in letter()
    assert "Before you sign" not in letter()


def test_the_agreement_goes_to_nobody_who_could_never_sign_it(cast, qualified, olga):
    seller = add_contact(qualified, by=cast.operations, name="Sven Seller", email="sven@ostwind.example")
    user = get_or_create_user("sven@ostwind.example", "Sven Seller")
    add_member(user, roles=["partner_sales"], partner_id=qualified.pk, by=None)
    record_document(qualified, by=cast.operations, kind="agreement", title="Reseller agreement", file=paper())
    with pytest.raises(SignerNotChampion):
        send_agreement(qualified, seller, by=cast.operations)
    send_agreement(qualified, olga, by=cast.chief)  # who invites nobody: the system does
    assert Invitation.objects.filter(email=EMAIL, roles=["partner_champion"]).count() == 1


def test_one_signs_with_the_own_name_and_the_login_is_kept(cast, sign_in, qualified, sent):
    user = get_or_create_user(EMAIL, "Olga Østwind-Müller")
    champion = add_member(user, roles=["partner_champion"], partner_id=qualified.pk, by=None)
    champion = set_signing_authority(champion, given=True, by=cast.operations)
    client, address = sign_in(champion), f"/partners/documents/versions/{sent.pk}/sign/"
    for other in ("Somebody Else", "Olga", "<script>", "Olga Ostwind GmbH"):
        refused = client.post(address, {"name": other, "agreed": "on"})
        assert refused.status_code == 422
    assert "You are signed in as Olga Østwind-Müller" in said_on(refused)
    assert 'value="Olga Ostwind GmbH"' in said_on(refused)
    with member_scope(champion), pytest.raises(OtherName):
        sign_document(sent, by=champion, name="Somebody Else", agreed=True)
    assert client.post(address, {"name": " OLGA  ostwind-muller ", "agreed": "on"}).status_code == 302
    assert f"signed in as {EMAIL}" in said_on(client.get(f"/partners/documents/{sent.document_id}/"))
    answer = token_client(cast.operations).get(f"/api/v1/document-versions/{sent.pk}/").json()
    assert (answer["signed_name"], answer["signed_login"]) == ("OLGA  ostwind-muller", EMAIL)


def test_the_name_of_the_own_contact_is_ones_own_as_well(cast, qualified, sent):
    champion = add_member(
        get_or_create_user(EMAIL, "olga.o"), roles=["partner_champion"], partner_id=qualified.pk, by=None
    )
    champion = set_signing_authority(champion, given=True, by=cast.operations)
    with member_scope(champion):
        assert sign_document(sent, by=champion, name="olga ostwind", agreed=True).state == "signed"
