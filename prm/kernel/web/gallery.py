"""What the gallery shows: every component in every state, with the texts that usually break pages."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, QueryDict

from prm.kernel.charts import Chart, ChartKind, Series
from prm.kernel.web.format import Formatter
from prm.kernel.web.lists import Column, ListPage
from prm.kernel.web.whole import WholeField

TEXTS = {
    "plain": "Northwind Traders",
    "umlauts": "Südstern Vertriebsgesellschaft für Straßenbau – Ærø, Łódź",
    "right to left": "شركة الشريك للتوزيع",
    "wide": "株式会社パートナー",
    "long": "Consolidated " + "very " * 34 + "long name",
    "unbroken": "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    "markup": "<script>alert('x')</script><b>bold</b>",
    "formula": "=cmd|' /C calc'!A0",
}


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="Company", help_text="As it stands in the commercial register.")
    email = forms.EmailField(widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    country = forms.ChoiceField(choices=[("", "Choose…"), ("DE", "Germany"), ("AT", "Austria"), ("CH", "Switzerland")])
    deals = WholeField(label="Deals per quarter", required=False)
    start = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), required=False)
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    proof = forms.FileField(required=False, help_text="PDF or picture, up to 50 MB.")
    kind = forms.ChoiceField(
        label="Kind of partner",
        widget=forms.RadioSelect,
        choices=[("reseller", "Reseller"), ("msp", "Managed service provider"), ("si", "System integrator")],
    )
    lines = forms.MultipleChoiceField(
        label="Product lines",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        choices=[("a", "Storage"), ("b", "Backup"), ("c", TEXTS["markup"])],
    )
    share = WholeField(label="Share of services", required=False, widget=forms.NumberInput(attrs={"type": "range"}))
    agreed = forms.BooleanField(label="I have the authority to sign for my company", required=False)
    locked = forms.CharField(label="Number", disabled=True, initial="P-7K3M-9QXD", required=False)


def samples() -> dict[str, Any]:
    """The context of the gallery."""
    wrong = SampleForm({"name": "", "email": "nobody", "kind": "spy", "deals": "many"})
    wrong.add_error(None, "The partner has changed since you opened this form. Nothing was saved.")
    return {
        "texts": TEXTS,
        "form": SampleForm(initial={"kind": "msp", "lines": ["a"], "share": 40}),
        "wrong_form": wrong,
        "tones": ["green", "yellow", "red", "grey", "blue"],
        "states": [("green", "104.2"), ("yellow", "71.0"), ("red", "38.5"), ("grey", "")],
        "icons": ["home", "users", "chart-bar", "clipboard-list", "presentation", "settings", "download", "plus"],
        "list": _list(),
        "tabs": [
            {"label": "Overview", "url": "#states", "here": True},
            {"label": "People", "url": "#forms", "count": 12},
            *({"label": text, "url": "#texts"} for text in TEXTS.values()),
        ],
        "charts": _charts(),
        "sparks": [
            Chart(ChartKind.SPARK, "Net", _months(), (Series("Net", _numbers("4 6 5 8 7 9 12 11 14 13 16 18")),)),
            Chart(ChartKind.SPARK, "Net", _months(), (Series("Net", _numbers("9 8 8 - - 6 5 5 4 4 3 2"), "red"),)),
            Chart(ChartKind.SPARK, "Net", _months(), (Series("Net", _numbers("5 5 5 5 5 5 5 5 5 5 5 5"), "grey"),)),
            Chart(ChartKind.SPARK, "Net", _months(), (Series("Net", (None,) * 12),)),
        ],
    }


def _list() -> ListPage:
    request = HttpRequest()
    request.path, request.GET = "/gallery/", QueryDict("sort=-net")
    columns = [Column("name", "Name", ("name",)), Column("net", "Net", ("net",), export=lambda row: row)]
    page = Paginator(range(312), 50).get_page(3)
    figures = Formatter("EUR")
    shown = [
        SimpleNamespace(name=text, net=figures.money(Decimal("1234567.50") * number), state=state)
        for number, (text, state) in enumerate(
            zip(TEXTS.values(), ["green", "yellow", "red", "grey"] * 2, strict=True), start=1
        )
    ]
    return ListPage(request, page, columns, "-net", None, shown)


def _charts() -> list[Chart]:
    quarters, months, kinds = ("Q1", "Q2", "Q3", "Q4"), _months(), ChartKind
    categories = ("Sales and pipeline", "Marketing", "Technical skills", "Services", "Executive commitment")
    net = _series("Actual", "410000 530000.50 - 720000"), _series("Target", "450000 500000 600000 700000", "grey")
    profit = _series("Profit", "-40 -22 -8 5 12 20 31 28 35 44 52 60")
    deals = _series("Won", "4 6 3 8 9 7 5 11 10 8 12 14"), _series("Planned", "5 5 6 6 7 7 8 8 9 9 10 10", "accent")
    reached = (
        _series("This year", ".42 .48 .55 .61 .60 .72 .8 - .91 .95 1.02 1.08"),
        _series("Last year", ".5 .5 .52 .58 .6 .61 .7 .72 .71 .8 .85 .9", "grey"),
    )
    note = "August of this year is not closed yet."
    score = _series("Score", "62.5 48 81 - 55")
    bullet = _series("Actual", "104 71 38.5 -"), _series("Target", "100 90 80 75")
    radar = _series("This assessment", "62.5 48 81 70 55"), _series("Best practice", "80 75 85 80 90", "grey")
    odd = _series(TEXTS["markup"], "1 2 3 4 5 6 7 8")
    return [
        Chart(kinds.COLUMNS, "Net revenue against target", quarters, net, "money", "EUR"),
        Chart(kinds.COLUMNS, "Profit per month, in thousands", months, (profit,), "count"),
        Chart(kinds.COLUMNS_LINE, "Deals won against plan", months, deals, "count"),
        Chart(kinds.LINE, "Share of the target reached", months, reached, "ratio", note=note),
        Chart(kinds.BARS, "Score by category", categories, (score,), maximum=Decimal(100)),
        Chart(kinds.BULLET, "Actual against target", categories[:4], bullet),
        Chart(kinds.RADAR, "Capabilities", categories, radar, maximum=Decimal(100)),
        Chart(kinds.COLUMNS, TEXTS["markup"], tuple(TEXTS.values()), (odd,)),
        Chart(kinds.LINE, "Nothing known yet", quarters, (Series("Net", (None,) * 4),)),
    ]


def _series(name: str, numbers: str, tone: str = "") -> Series:
    return Series(name, _numbers(numbers), tone)


def _months() -> tuple[str, ...]:
    return ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _numbers(text: str) -> tuple[Decimal | None, ...]:
    return tuple(None if word == "-" else Decimal(word) for word in text.split())
