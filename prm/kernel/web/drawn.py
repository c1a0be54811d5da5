"""Components that look the same are drawn once per process: a form of filters costs more than the rows under it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from typing import Any

from django.forms.boundfield import BoundField
from django.urls import get_script_prefix
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from prm.kernel.tenancy.context import current_tenant, is_inside
from prm.kernel.words import chosen_words, own_word

KEPT = 500
_drawn: OrderedDict[Hashable, SafeString] = OrderedDict()


def drawn_once(look: Hashable, draw: Callable[[], SafeString]) -> SafeString:
    """What `draw` gives, remembered under all that it depends on; language, vendor's address and words are added."""
    words = chosen_words(current_tenant()) if is_inside() else ()
    key = (get_language(), get_script_prefix(), words, look)
    found = _drawn.get(key)
    if found is None:
        found = _drawn[key] = draw()
        if len(_drawn) > KEPT:
            _drawn.popitem(last=False)
    return found


def look_of(fields: Iterable[BoundField]) -> Hashable:
    """Everything that is seen of these fields: names, words, choices, values, faults."""
    return tuple(_look(bound) for bound in fields)


def _look(bound: BoundField) -> Hashable:
    widget = bound.field.widget
    return (
        bound.html_name,
        bound.auto_id,
        own_word(bound.label),
        str(bound.help_text),
        bound.field.required,
        bound.field.disabled,
        tuple(bound.errors),
        type(widget),
        tuple(widget.attrs.items()),
        _plain(bound.value()),
        tuple((str(value), str(label)) for value, label in getattr(widget, "choices", ())),
    )


def _plain(value: Any) -> Hashable:
    return tuple(value) if isinstance(value, list) else str(value)
