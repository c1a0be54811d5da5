"""Opening the address of a button: after a refusal, a reload or a sign-in nobody stands before an empty 405."""

from tests.clients import token_client


def test_opening_the_address_of_a_button_leads_to_its_page(cast, deals, sign_in):
    deal = deals.send(cast.seller)
    cam = sign_in(cast.cam)
    answer = cam.get(f"/deals/{deal.pk}/approve/", follow=True)
    assert answer.redirect_chain == [(f"/t/acme/deals/{deal.pk}/", 302)]
    assert "Nothing was changed" in answer.content.decode()
    assert deals.fresh(deal).state == "submitted"
    champion = sign_in(cast.champion)
    assert champion.get("/deals/drafts/submit/")["Location"] == "/t/acme/deals/drafts/"
    assert champion.get(f"/deals/{deal.pk}/approve/").status_code == 403
    assert sign_in(cast.rival_champion).get(f"/deals/{deal.pk}/approve/").status_code == 404


def test_the_interface_and_other_methods_stay_refused(cast, deals, sign_in):
    deal = deals.send(cast.seller)
    assert token_client(cast.cam).get(f"/t/acme/api/v1/deals/{deal.pk}/approve/").status_code == 405
    assert sign_in(cast.cam).delete(f"/deals/{deal.pk}/approve/").status_code == 405
