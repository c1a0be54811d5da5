"""Teams are a tree: nobody stands below itself, and a lead sees the partners of those below."""

from __future__ import annotations

import pytest

from partners.models import Partner
from prm.kernel.models import Membership, Team
from prm.kernel.teams import TeamBelowItself, add_team, edit_team, set_team
from tests.clients import token_client


@pytest.fixture
def tree(cast):
    top = add_team("World", by=cast.operations)
    return top, add_team("Europe", by=cast.operations, parent=top)


def test_a_lead_sees_the_partners_of_the_teams_below(cast, tree, sign_in):
    top, below = tree
    operations = sign_in(cast.operations)
    assert not Partner.objects.visible_to(cast.cam).filter(pk=cast.rival.pk).exists()
    assert operations.post(f"/teams/of/{cast.other_cam.pk}/", {"team": below.pk}).status_code == 302
    assert operations.post(f"/teams/of/{cast.cam.pk}/", {"team": top.pk, "leads": "on"}).status_code == 302
    lead = Membership.objects.get(pk=cast.cam.pk)
    assert Partner.objects.visible_to(lead).filter(pk=cast.rival.pk).exists()
    page = operations.get("/teams/").content.decode()
    assert page.index("World") < page.index("Europe")


def test_no_team_stands_below_itself(cast, tree, sign_in):
    top, below = tree
    with pytest.raises(TeamBelowItself):
        edit_team(top, by=cast.operations, name="World", parent=below)
    answer = sign_in(cast.operations).post(f"/teams/{top.pk}/", {"name": "World", "parent": top.pk, "version": 1})
    assert answer.status_code == 409
    assert Team.objects.get(pk=top.pk).parent_id is None


def test_a_name_is_there_once_and_only_some_may(cast, tree, sign_in):
    assert sign_in(cast.operations).post("/teams/add/", {"name": "World"}).status_code == 409
    assert sign_in(cast.cam).post("/teams/add/", {"name": "Asia"}).status_code == 403
    assert sign_in(cast.champion).get("/teams/").status_code == 403
    with pytest.raises(Exception, match="own people"):
        set_team(cast.champion, tree[0], by=cast.operations)


def test_the_api_does_the_same(cast, tree):
    operations, json = token_client(cast.operations), {"content_type": "application/json"}
    added = operations.post("/api/v1/teams/", {"name": "Asia", "parent_id": str(tree[0].pk)}, **json)
    assert added.status_code == 201
    moved = operations.patch(f"/api/v1/teams/{tree[0].pk}/", {"parent_id": added.json()["id"], "version": 1}, **json)
    assert moved.status_code == 409
    renamed = operations.patch(f"/api/v1/teams/{added.json()['id']}/", {"name": "Asia 2", "version": 1}, **json)
    assert renamed.json()["parent_id"] == str(tree[0].pk)  # what is not named stays
    member = {"member_id": str(cast.other_cam.pk), "leads": True}
    assert operations.post(f"/api/v1/teams/{tree[1].pk}/members/", member, **json).status_code == 200
    assert Membership.objects.get(pk=cast.other_cam.pk).leads_team
