"""What is typed into the editor of a question bank: rows inside rows, all on one page and saved at once.

A field is named by its place ("questions.0.options.2.score"), as the actions name it when they refuse; so what was
wrong stands where it was typed. What may be typed is the actions' to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from partners.models import Partner
from prm.kernel.web.uploads import UploadField
from scorecards.bank_fields import OWNERS
from scorecards.models import Question

Shape = dict[str, Any]
SEVERAL = frozenset({"life_stages", "for_types", "for_tiers", "for_stages"})
FLAGS = {"questions": ("scored", "required", "allow_na"), "categories": ("screening", "vendor_only")}
NAMED_BY = {"questions": "text", "options": "text", "resources": "title", "topics": "name", "categories": "name"}
NAMED_BY |= {"lenses": "name"}
MOST_ROWS = 200


# --- rows in what was sent -------------------------------------------------------------------------------


def parsed(data: QueryDict) -> Shape:
    """What was sent as nested rows, in their order; rows in which nothing stands are dropped."""
    tree: Shape = {}
    for key in data:
        *path, name = key.split(".")
        place: Any = tree
        for step in path:
            place = place.setdefault(step, {}) if isinstance(place, dict) else {}
        if isinstance(place, dict) and not isinstance(place.get(name), dict):
            place[name] = data.getlist(key) if name in SEVERAL else data.get(key, "")
    return _with_lists(tree)


def _with_lists(tree: Shape) -> Shape:
    for name, inner in list(tree.items()):
        if isinstance(inner, dict):
            numbers = sorted(int(n) for n in inner if n.isascii() and n.isdigit() and len(n) < 5)[:MOST_ROWS]
            rows = [_with_lists(inner[str(n)]) for n in numbers if isinstance(inner.get(str(n)), dict)]
            for row in rows:
                for flag in FLAGS.get(name, ()):
                    row[flag] = flag in row
            tree[name] = [row for row in rows if not _is_blank(name, row)]
    return tree


def _is_blank(kind: str, row: Shape) -> bool:
    """An empty line, or a question, answer, lens or resource whose words were taken away."""
    if str(row.get(NAMED_BY.get(kind, "name"), "")).strip() or (kind in ("categories", "topics") and row.get("id")):
        return False
    is_known = row.get("code") or row.get("id")
    return bool(is_known) or not any(row.get(name) for name in ("options", "score", "url", "meaning"))


def moved(shape: Shape, do: str) -> str:
    """Carry out a button of a row (`up:questions.1`, `down:…`, `drop:…`) on what was sent; the place it is at then."""
    verb, _colon, path = do.partition(":")
    *steps, last = path.split(".")
    rows: Any = shape
    for step in steps:
        try:
            rows = rows[int(step)] if isinstance(rows, list) else rows[step]
        except (KeyError, IndexError, ValueError):
            return ""
    if not isinstance(rows, list) or not last.isascii() or not last.isdigit() or int(last) >= len(rows):
        return ""
    at = int(last)
    if verb == "drop":
        del rows[at]
        return ""
    to = at - 1 if verb == "up" else at + 1
    if verb in ("up", "down") and 0 <= to < len(rows):
        rows[at], rows[to] = rows[to], rows[at]
        at = to
    return ".".join([*steps, str(at)])


def flat(shape: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Nested rows as the fields of one form."""
    found: dict[str, Any] = {}
    for name, value in shape.items():
        if isinstance(value, list) and name not in SEVERAL:
            for number, row in enumerate(value):
                found |= flat(row, f"{before}{name}.{number}.")
        else:
            found[f"{before}{name}"] = value
    return found


# --- fields ----------------------------------------------------------------------------------------------


def _line(label: Any, *, size: int = 0, required: bool = False, hint: Any = "", **attrs: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={**({"size": size} if size else {}), **attrs})
    return forms.CharField(label=label, required=required, widget=widget, help_text=hint, max_length=2000)


def _number(label: Any, *, hint: Any = "", required: bool = False) -> forms.CharField:
    more = {"class": "num", "autocomplete": "off"}
    return _line(label, size=5, inputmode="decimal", hint=hint, required=required, **more)


def _words(label: Any, rows: int = 2, hint: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, required=False, widget=forms.Textarea(attrs={"rows": rows}), help_text=hint, max_length=5000
    )


def _flag(label: Any) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False)


def _choice(label: Any, choices: Iterable[Any]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=list(choices), required=False)


def _several(label: Any, choices: Iterable[Any], hint: Any = "") -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=list(choices), required=False, widget=forms.CheckboxSelectMultiple, help_text=hint
    )


def _hidden() -> forms.CharField:
    return forms.CharField(required=False, widget=forms.HiddenInput, max_length=80)


@dataclass(frozen=True)
class RowFields:
    """One row of the page: its fields by name, and the rows inside it. `is_new` is the empty line at the end."""

    path: str
    fields: dict[str, BoundField]
    inside: tuple[RowFields, ...] = ()
    is_new: bool = False

    @property
    def id(self) -> str:
        return self.path.replace(".", "-")


EMPTY_LINES = 3  # one may write several before the page is saved


class RowsForm(forms.Form):
    """A form of rows. Bound with a parsed shape, so that the numbers of rows are those the action is given."""

    def __init__(self, shape: Shape, *, bound: bool, at: str = "") -> None:
        self.shape = shape
        sent = self.usual() | flat(shape)
        super().__init__(data=sent if bound else None, initial=sent, auto_id="id_%s")
        self.declare()
        if at in self.fields:
            self.fields[at].widget.attrs["autofocus"] = True

    def declare(self) -> None:
        """Make the fields, also those of the empty lines."""
        raise NotImplementedError

    def usual(self) -> dict[str, Any]:
        """What stands in an empty line."""
        return {}

    def declare_rows(self, kind: str, make: Any, *, extra: int = EMPTY_LINES) -> None:
        for number in range(len(self.shape.get(kind, [])) + extra):
            for name, one in make(number).items():
                self.fields[f"{kind}.{number}.{name}"] = one

    def rows(self, kind: str, names: Iterable[str], before: str = "", extra: int = EMPTY_LINES) -> list[RowFields]:
        names = list(names)
        found = []
        number = 0
        while f"{before}{kind}.{number}.{names[0]}" in self.fields:
            path = f"{before}{kind}.{number}"
            found.append(RowFields(path, {name: self[f"{path}.{name}"] for name in names}))
            number += 1
        return [
            RowFields(row.path, row.fields, row.inside, is_new=place >= len(found) - extra)
            for place, row in enumerate(found)
        ]


class BankForm(RowsForm):
    """Settings, lenses and categories of an edition."""

    def declare(self) -> None:
        self.fields |= {
            "version": _hidden(),
            "name": _line(_("Name"), required=True),
            "green_from": _number(_("Green from"), required=True),
            "yellow_from": _number(_("Yellow from"), required=True),
            "min_peers": _number(_("Peers needed"), hint=_("Five or more."), required=True),
            "peer_months": _number(_("Peers of the last months"), required=True),
        }
        self.declare_rows(
            "lenses", lambda n: {"id": _hidden(), "name": _line(_("Lens")), "meaning": _line(_("Means"))}, extra=1
        )
        self.declare_rows(
            "categories",
            lambda n: {
                "id": _hidden(),
                "version": _hidden(),
                "name": _line(_("Category")),
                "weight": _number(_("Weight")),
                "screening": _flag(_("Asked when screening")),
                "vendor_only": _flag(_("For us only")),
            },
        )

    @property
    def lens_rows(self) -> list[RowFields]:
        return self.rows("lenses", ("id", "name", "meaning"), extra=1)

    @property
    def category_rows(self) -> list[RowFields]:
        return self.rows("categories", ("id", "version", "name", "weight", "screening", "vendor_only"))


class CategoryForm(RowsForm):
    """A category and its topics, a line each."""

    def __init__(self, shape: Shape, *, lenses: list[tuple[str, str]], **kwargs: Any) -> None:
        self.lenses = lenses
        super().__init__(shape, **kwargs)

    def declare(self) -> None:
        self.fields |= {
            "version": _hidden(),
            "name": _line(_("Category"), required=True),
            "weight": _number(_("Weight"), required=True),
            "screening": _flag(_("Asked when a candidate is screened")),
            "vendor_only": _flag(_("For us only: partners never see it")),
        }
        self.declare_rows(
            "topics",
            lambda n: {
                "id": _hidden(),
                "version": _hidden(),
                "name": _line(_("Topic")),
                "best_practice": _number(_("Best practice")),
                "weight": _number(_("Weight")),
                "lens": _choice(_("Lens"), self.lenses),
            },
        )

    @property
    def topic_rows(self) -> list[RowFields]:
        return self.rows("topics", ("id", "version", "name", "best_practice", "weight", "lens"))


class TopicForm(RowsForm):
    """A topic with its switches, its action, what helps with it, its questions and their answers."""

    def __init__(
        self, shape: Shape, *, lenses: list[tuple[str, str]], tiers: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        self.lenses, self.tiers = lenses, tiers
        super().__init__(shape, **kwargs)

    def declare(self) -> None:
        everybody = _("None ticked: everybody is asked.")
        self.fields |= {
            "version": _hidden(),
            "name": _line(_("Topic"), required=True),
            "best_practice": _number(_("Best practice"), required=True),
            "weight": _number(_("Weight"), required=True),
            "lens": _choice(_("Lens"), self.lenses),
            "life_stages": _several(_("Life-stages it belongs to"), Partner.LifeStage.choices),
            "for_types": _several(_("Asked of these types"), Partner.Type.choices, everybody),
            "for_tiers": _several(_("Asked of these tiers"), self.tiers, everybody),
            "for_stages": _several(_("Asked in these life-stages"), Partner.LifeStage.choices, everybody),
            "action_text": _words(_("Suggested action"), hint=_("Proposed when the score is below best practice.")),
            "action_owner": _choice(_("Usual owner"), [("", "–"), *OWNERS.items()]),
            "action_days": _number(_("Days to do it")),
        }
        self.declare_rows(
            "resources",
            lambda n: {"code": _hidden(), "title": _line(_("Title")), "url": _line(_("Link"), inputmode="url")},
        )
        self.declare_rows("questions", self._question, extra=1)
        for number, row in enumerate([*self.shape.get("questions", []), {}]):
            for place in range(len(row.get("options", [])) + EMPTY_LINES):
                at = f"questions.{number}.options.{place}"
                self.fields |= {
                    f"{at}.code": _hidden(),
                    f"{at}.text": _line(_("Answer")),
                    f"{at}.score": _number(_("Score")),
                }

    def usual(self) -> dict[str, Any]:
        at = f"questions.{len(self.shape.get('questions', []))}"
        return {f"{at}.scored": True, f"{at}.required": True, f"{at}.weight": "1"}

    @staticmethod
    def _question(number: int) -> dict[str, forms.Field]:
        return {
            "code": _hidden(),
            "text": _words(_("Question")),
            "kind": _choice(_("Kind"), Question.Kind.choices),
            "weight": _number(_("Weight")),
            "help_text": _line(_("Help beside it")),
            "scored": _flag(_("Scored")),
            "required": _flag(_("Required")),
            "allow_na": _flag(_("“Not applicable” allowed")),
        }

    @property
    def resource_rows(self) -> list[RowFields]:
        return self.rows("resources", ("code", "title", "url"))

    @property
    def question_rows(self) -> list[RowFields]:
        names = ("code", "text", "kind", "weight", "help_text", "scored", "required", "allow_na")
        return [
            RowFields(
                row.path,
                row.fields,
                tuple(self.rows("options", ("code", "text", "score"), f"{row.path}.")),
                row.is_new,
            )
            for row in self.rows("questions", names, extra=1)
        ]


class DocumentForm(forms.Form):
    title = forms.CharField(max_length=160, required=False, label=_("Title"))
    file = UploadField(label=_("Document"))


class ImportForm(forms.Form):
    file = forms.FileField(
        label=_("File"), help_text=_("YAML or Excel, as an edition is exported"), allow_empty_file=True
    )
    name = forms.CharField(max_length=160, required=False, label=_("Name of the draft"))


class PreviewForm(forms.Form):
    """As whom the questionnaire is looked at."""

    view = forms.ChoiceField(choices=[("partner", _("A partner")), ("manager", _("An account manager"))], label=_("As"))
    type = forms.ChoiceField(choices=Partner.Type.choices, label=_("Type"))
    tier = forms.ChoiceField(label=_("Tier"))
    stage = forms.ChoiceField(choices=Partner.LifeStage.choices, label=_("Life-stage"))

    def __init__(self, *args: Any, tiers: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tier"].choices = tiers  # type: ignore[attr-defined]
