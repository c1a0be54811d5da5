"""Alerts: one per partner and kind, told once and again after thirty days, ended when the condition ends."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from partners import registries
from partners.actions import dismiss_alert, look_for_alerts, raise_alert, see_alert
from partners.models import Alert, Partner
from prm.kernel import clock
from prm.kernel.errors import NotAllowed
from prm.kernel.models import Event, Notification
from prm.kernel.tenancy.context import member_scope


@pytest.fixture
def silence(monkeypatch):
    """A condition of the test's own: it holds for the names in the set."""
    names = set()
    lent = registries.Alert(
        "silent", lambda on: Partner.objects.filter(name__in=names), lambda partner: "Nothing heard for 60 days"
    )
    monkeypatch.setattr("partners.actions.work.lent_alerts", {"silent": lent})
    return names


def bells(member):
    return Notification.objects.visible_to(member).count()


def test_the_nightly_job_tells_once_and_again_and_ends(cast, silence):
    silence |= {"Northwind", "Südstern"}
    look_for_alerts(clock.today())
    look_for_alerts(clock.today())
    assert Alert.objects.count() == 2
    assert (bells(cast.cam), bells(cast.other_cam), bells(cast.chief)) == (1, 1, 0)
    with clock.travel(days=29):
        look_for_alerts(clock.today())
        assert bells(cast.cam) == 1
    with clock.travel(days=31):
        look_for_alerts(clock.today())
        look_for_alerts(clock.today())
        assert bells(cast.cam) == 2
    silence.remove("Northwind")
    look_for_alerts(clock.today())
    found = dict(Alert.objects.values_list("partner__name", "state"))
    assert found == {"Northwind": "done", "Südstern": "open"}
    silence.add("Northwind")
    look_for_alerts(clock.today())
    assert Alert.objects.filter(partner=cast.northwind).count() == 2


def test_a_dismissed_alert_keeps_quiet_for_its_time(cast, silence):
    silence.add("Northwind")
    look_for_alerts(clock.today())
    alert = see_alert(Alert.objects.get(), by=cast.cam)
    dismiss_alert(alert, by=cast.cam)
    with clock.travel(days=10):
        look_for_alerts(clock.today())
        assert Alert.objects.get().state == "dismissed"
    with clock.travel(days=31):
        look_for_alerts(clock.today())
        assert (Alert.objects.get().state, bells(cast.cam)) == ("open", 2)


def test_the_job_costs_the_same_however_many_stay_as_they_are(cast, silence):
    def cost():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            look_for_alerts(clock.today())
        return len(asked)

    silence.add("Northwind")
    look_for_alerts(clock.today())
    few = cost()
    silence |= {"Südstern", "Bigbox Distribution", "Little Corner"}
    look_for_alerts(clock.today())
    assert cost() == few


def test_partners_and_money_people_know_of_no_alert(cast):
    alert = raise_alert(cast.northwind, "lapsing", "No sales for two quarters")
    again = raise_alert(cast.northwind, "lapsing", "No sales for three quarters")
    assert (alert.pk, again.text) == (again.pk, "No sales for three quarters")
    assert Alert.objects.visible_to(cast.cam).exists()
    assert not Alert.objects.visible_to(cast.finance).exists()
    assert not Alert.objects.visible_to(cast.other_cam).exists()
    with pytest.raises(NotAllowed):
        dismiss_alert(alert, by=cast.auditor)
    with member_scope(cast.champion):
        assert not Alert.objects.exists()
        assert not Event.objects.filter(name__startswith="alert.").exists()
