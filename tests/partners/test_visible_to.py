"""Which partners, and which rows of partners, each role may know of."""

from partners.actions import assign_manager
from partners.models import Contact, Partner
from prm.kernel.members import add_member, get_or_create_user
from prm.kernel.models import Team
from prm.kernel.roles import Role
from prm.kernel.tenancy.context import member_scope


def names(member):
    with member_scope(member):
        return {p.name for p in Partner.objects.visible_to(member)}


def test_an_account_manager_sees_the_assigned_partners(cast):
    assert names(cast.cam) == {"Northwind", "Bigbox Distribution", "Little Corner"}
    assert names(cast.other_cam) == {"Südstern"}


def test_rows_of_partners_follow_the_partner(cast):
    assert Contact.objects.visible_to(cast.cam).filter(partner=cast.northwind).exists()
    assert not Contact.objects.visible_to(cast.other_cam).filter(partner=cast.northwind).exists()


def test_a_partner_that_is_handed_over_moves(cast):
    assign_manager(cast.northwind, cast.other_cam, by=cast.operations)
    assert "Northwind" in names(cast.other_cam)
    assert "Northwind" not in names(cast.cam)


def test_the_lead_of_a_team_sees_the_teams_below(cast):
    region = Team.objects.create(name="Region")
    team = Team.objects.create(name="Team", parent=region)
    region.parent = team  # a circle in the data must not hang
    region.save(update_fields=["parent"])
    cast.other_cam.team = team
    cast.other_cam.save(update_fields=["team"])
    lead = add_member(
        get_or_create_user("lead@acme.example", "Lead"),
        roles=[Role.ACCOUNT_MANAGER],
        team=region,
        leads_team=True,
        by=None,
    )
    assert names(lead) == {"Südstern"}


def test_chief_operations_finance_and_auditor_see_all(cast):
    for member in (cast.chief, cast.operations, cast.finance, cast.auditor, cast.admin, cast.marketing):
        assert len(names(member)) == 4
