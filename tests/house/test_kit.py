"""The component kit says what it shows, ties it together for those who hear it, and escapes what it is given."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django import forms
from django.template import Context, TemplateSyntaxError, engines

from prm.kernel.charts import Chart, ChartKind, Series

EVIL = '<script>alert("1")</script>'


def render(source: str, **values: object) -> str:
    return engines["django"].engine.from_string(source).render(Context(values))


class SampleForm(forms.Form):
    name = forms.CharField(help_text="As in the register.", widget=forms.TextInput(attrs={"autocomplete": "name"}))
    note = forms.CharField(required=False, widget=forms.Textarea)
    kind = forms.ChoiceField(choices=[("a", "A"), ("b", EVIL)], widget=forms.RadioSelect)
    agreed = forms.BooleanField()
    secret = forms.CharField(widget=forms.HiddenInput)


def spec(kind: ChartKind = ChartKind.COLUMNS, **fields: object) -> Chart:
    values = (Decimal("10"), None, Decimal("30"))
    return Chart(
        kind, **{"title": "Net", "categories": ("Q1", "Q2", "Q3"), "series": (Series("Net", values),), **fields}
    )


@pytest.mark.parametrize(
    "source",
    [
        "{% card title=evil id='x' %}{{ evil }}{% endcard %}",
        "{% badge evil 'red' %}",
        "{% badge 'x' evil %}",
        "{% status 'green' evil %}",
        "{% status evil evil %}",
        "{% stat label=evil value=evil hint=evil url=evil state='red' %}",
        "{% empty title=evil text=evil url=evil action=evil %}",
        "{% progress 40 evil %}",
        "{% icon 'user' label=evil %}",
        "{% tabs rows evil %}",
        "{% menu evil %}{{ evil }}{% endmenu %}",
        "{% dialog id='x' title=evil %}{{ evil }}{% enddialog %}",
    ],
)
def test_text_is_escaped_everywhere(source):
    shown = render(source, evil=EVIL, rows=[{"label": EVIL, "url": EVIL}])
    assert "<script" not in shown
    assert "alert(" in shown or "'x' evil" in source


def test_a_field_ties_help_and_errors_to_its_widget():
    form = SampleForm({"name": "", "kind": "zzz"})
    shown = render("{% field form.name %}", form=form)
    assert 'aria-describedby="id_name_helptext id_name_error"' in shown
    assert 'id="id_name_helptext"' in shown
    assert 'id="id_name_error"' in shown
    assert 'aria-invalid="true"' in shown
    assert 'autocomplete="name"' in shown
    assert '<label class="form-label" for="id_name">' in shown


def test_a_field_without_help_and_errors_is_described_by_nothing():
    assert "aria-describedby" not in render("{% field form.note %}", form=SampleForm())


def test_choices_are_one_group_with_a_legend():
    shown = render("{% field form.kind %}", form=SampleForm({"kind": "zzz"}))
    assert shown.count("<fieldset") == 1
    assert "<legend" in shown
    assert len(re.findall('<input type="radio"', shown)) == 2
    assert "<script" not in shown
    assert shown.count('aria-describedby="id_kind_error"') == 1


def test_a_hidden_field_is_only_its_input():
    assert "<label" not in render("{% field form.secret %}", form=SampleForm())


def test_the_errors_of_a_form_name_the_fields_and_lead_to_them():
    form = SampleForm({"name": ""})
    form.add_error(None, "The partner has changed meanwhile.")
    shown = render("{% form_errors form %}", form=form)
    assert "The partner has changed meanwhile." in shown
    assert 'href="#id_name"' in shown
    assert "secret" in shown.lower() or "required" in shown


def test_a_form_without_errors_says_nothing():
    assert render("{% form_errors form %}", form=SampleForm()).strip() == ""


def test_a_state_is_never_told_by_colour_alone():
    for state in ("green", "yellow", "red", "grey"):
        shown = render("{% status state '87.5' %}", state=state)
        assert "<svg" in shown
        assert "visually-hidden" in shown
    assert "n/a" in render("{% status 'grey' '' %}")


def test_an_unknown_icon_is_a_mistake_of_ours():
    with pytest.raises(TemplateSyntaxError):
        render("{% icon 'no-such-icon' %}")


def test_a_chart_brings_the_table_with_its_figures():
    shown = render("{% chart spec %}", spec=spec())
    assert '<svg class="drawing drawing-columns"' in shown
    assert "<details" in shown
    assert "n/a" in shown
    assert " style=" not in shown


def test_a_chart_without_figures_says_so():
    assert "No figures yet." in render("{% chart spec %}", spec=spec(series=(Series("Net", (None, None, None)),)))


def test_chart_text_is_escaped():
    shown = render("{% chart spec %}", spec=spec(title=EVIL, categories=(EVIL, "b", "c"), note=EVIL))
    assert "<script" not in shown
