"""The vendor's own words stand in every text of ours, and in nothing that somebody typed."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.utils import translation

from prm.kernel.tenancy.context import current_tenant
from prm.kernel.tenancy.remember import memory
from prm.kernel.words import own, own_words

WORDS = {
    "partner": {"one": "R&D house", "many": "R&D houses"},
    "tier": {"one": "Orbit", "many": "Orbits"},
    "manager": {"one": "Betreuer", "many": ""},
}


@pytest.fixture
def worded(cast):
    with memory():  # as in a request
        current_tenant().words = WORDS
        yield current_tenant()


@pytest.mark.parametrize(
    ("plain", "said"),
    [
        ("All tiers", "All Orbits"),
        ("Find a tier", "Find an Orbit"),
        ("No account manager yet", "No Betreuer yet"),
        ("An account manager has gone", "A Betreuer has gone"),
        ("Account managers", "Account managers"),  # no word was chosen for several
        ("Partnership, frontier and %(partner)s", "Partnership, frontier and %(partner)s"),
        ("A tier's gain", "An Orbit's gain"),
    ],
)
def test_texts_of_ours_say_the_vendors_words(worded, plain, said):
    assert own_words(plain) == said
    assert str(own(plain)) == said


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('{% trans "Partner program" %}', "R&amp;D house program"),
        ('{% trans "All partners" as x %}{{ x }}|{{ typed }}', "All R&amp;D houses|Partner One"),
        ("{% trans typed %}", "Partner One"),
        ("{% blocktrans %}A partner of {{ typed }}{% endblocktrans %}", "A R&amp;D house of Partner One"),
        ("{% blocktrans count n=2 %}{{ n }} tier{% plural %}{{ n }} tiers{% endblocktrans %}", "2 Orbits"),
    ],
)
def test_templates_say_them_and_leave_what_was_typed(worded, source, said):
    assert Template("{% load i18n %}" + source).render(Context({"typed": "Partner One"})) == said
    worded.words = {}
    assert "Orbit" not in Template("{% load i18n %}" + source).render(Context({"typed": "Partner One"}))


def test_another_language_keeps_its_sentences(worded):
    with translation.override("de"):
        assert Template("{% load i18n %}{% blocktrans %}A tier{% endblocktrans %}").render(Context()) == "A tier"


def test_a_sign_in_a_word_is_no_gap(worded):
    """A word from before such signs were refused."""
    worded.words = {"tier": {"one": "50% Level", "many": "50% Levels"}}
    assert own("Add a tier to %(name)s") % {"name": "100% Edition"} == "Add a 50% Level to 100% Edition"
    assert str(own("All tiers")) == "All 50% Levels"
    template = Template("{% load i18n %}{% blocktrans %}A tier of {{ typed }}{% endblocktrans %}")
    assert template.render(Context({"typed": "us"})) == "A 50% Level of us"
