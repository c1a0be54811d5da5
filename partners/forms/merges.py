"""Which value survives when two partners are merged."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

CHOICES = [("keep", _("Of the one that is kept")), ("other", _("Of the other one"))]


class MergeForm(forms.Form):
    """One choice for each value in which the two differ; as it is without."""

    def __init__(self, data: Any, names: Iterable[str]) -> None:
        super().__init__(data)
        for name in names:
            self.fields[name] = forms.ChoiceField(choices=CHOICES, required=False, initial="keep")
