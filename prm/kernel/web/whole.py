"""The field of every whole number that people fill in."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext

_WHOLE = re.compile(r"[+-]?[0-9]{1,18}(\.0*)?")


class WholeField(forms.IntegerField):
    """A whole number in plain digits: no exponents, no other script's digits, as with every other number."""

    def to_python(self, value: Any) -> int | None:
        if isinstance(value, str) and value.strip() and not _WHOLE.fullmatch(value.strip()):
            raise forms.ValidationError(gettext("Give a whole number in plain digits, such as 12."), code="invalid")
        return super().to_python(value)
