"""The component kit: everything that looks alike on two pages is one of these.

Each tag fills one template of `templates/kit/`; text is escaped there as everywhere. The gallery shows them all.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from django import forms, template
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.forms.boundfield import BoundField, BoundWidget
from django.template import Context
from django.urls import get_script_prefix, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, gettext_lazy

from prm.kernel.charts import Chart, ChartKind
from prm.kernel.templatetags.own_i18n import own_markup
from prm.kernel.web.format import NOT_AVAILABLE
from prm.kernel.words import own_word, word

register = template.Library()

TONES = frozenset({"green", "yellow", "red", "grey", "blue"})
# Colour never alone: each state has its shape, and a word for those who see neither.
STATES = {
    "green": ("circle-check", gettext_lazy("on track")),
    "yellow": ("alert-triangle", gettext_lazy("at risk")),
    "red": ("alert-octagon", gettext_lazy("off track")),
    "grey": ("circle-dashed", gettext_lazy("no figure")),
}
SPRITE = "icons/tabler-sprite.svg"


def fill(context: Context, name: str, **values: Any) -> SafeString:
    """A template of the kit with these values only; a component knows nothing of the page around it."""
    assert context.template is not None
    found = context.template.engine.get_template(f"kit/{name}.html")
    return found.render(context.new(values))


@register.simple_block_tag(takes_context=True)
def page_title(context: Context, content: str) -> str:
    """The title of the page where it is first written; `{% heading %}` repeats it, since a block is rendered once."""
    context.render_context["page_title"] = content
    return content


@register.simple_tag(takes_context=True)
def heading(context: Context) -> str:
    return context.render_context.get("page_title") or ""


@register.simple_tag
def outside(name: str) -> str:
    """The address of a page that stands outside every vendor (sign-in, account, the list of one's vendors).

    `{% url %}` would put the vendor's path before it.
    """
    return "/" + reverse(name).removeprefix(get_script_prefix())


@register.simple_tag(name="word")
def word_tag(plain: str) -> str:
    """What the vendor calls it: `{% word "Account manager" %}`, `{% word "partners" as partners %}`."""
    return word(plain)


@register.filter
def initials(name: Any) -> str:
    """The first letters of the first and the last word: Ana Maria Lopez is AL."""
    words = str(name).replace("@", " ").split() or ["?"]
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


# --- boxes -----------------------------------------------------------------------------------------------


@register.simple_block_tag(takes_context=True)
def card(context: Context, content: str, title: str = "", id: str = "", hint: str = "", kind: str = "") -> SafeString:
    """A box with a title. `kind="flush"` lets a table reach the edges."""
    return fill(context, "card", content=content, title=title, id=id, hint=hint, kind=kind)


@register.simple_block_tag(takes_context=True)
def dialog(context: Context, content: str, id: str = "", title: str = "") -> SafeString:
    """A dialog, opened by any button with `data-dialog` and this id."""
    return fill(context, "dialog", content=content, id=id, title=title)


@register.simple_block_tag(takes_context=True)
def menu(context: Context, content: str, label: str = "", icon: str = "", kind: str = "btn") -> SafeString:
    """A button that opens a list of `dropdown-item`s; it works without scripts too."""
    return fill(context, "menu", content=content, label=label, icon_name=icon, kind=kind)


@register.simple_tag(takes_context=True)
def tabs(context: Context, entries: list[dict[str, Any]], label: str = "") -> SafeString:
    """The parts of a page, each an address of its own: entries of label, url, here, and a count if one is known."""
    return fill(context, "tabs", entries=entries, label=label)


@register.simple_tag(takes_context=True)
def empty(
    context: Context, title: str = "", text: str = "", url: str = "", action: str = "", icon: str = "inbox"
) -> SafeString:
    """What stands where there is nothing yet: what this place is for, and the first step."""
    title, text, action = (own_markup(said) if isinstance(said, SafeString) else said for said in (title, text, action))
    return fill(context, "empty", title=title, text=text, url=url, action=action, icon_name=icon)


# --- small things ----------------------------------------------------------------------------------------


@register.simple_tag
@lru_cache(maxsize=1000)
def icon(name: str, label: str = "") -> SafeString:
    """An outline icon, drawn in the colour of the text around it. Without `label` it is decoration."""
    paths = format_html_join("", '<path d="{}"/>', ((d,) for d in icon_paths(str(name))))
    if label:
        return format_html('<svg class="icon" viewBox="0 0 24 24" role="img" aria-label="{}">{}</svg>', label, paths)
    return format_html('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{}</svg>', paths)


def _plain(text: Any) -> str:
    """Text that is escaped when drawn. Markup and the same words as text are equal, so no markup is remembered."""
    return "".join([str(text)])


@register.simple_tag
def badge(text: Any, tone: str = "grey") -> SafeString:
    """A word in a coloured box: the state of a record."""
    return _badge(_plain(text), tone)


@lru_cache(maxsize=1000)
def _badge(text: str, tone: str) -> SafeString:
    return format_html('<span class="badge tone-{}">{}</span>', tone if tone in TONES else "grey", text)


@register.simple_tag
def status(state: str, text: Any = "") -> SafeString:
    """How a figure stands: colour, shape and the figure itself."""
    return statuses()(state, text)


def statuses() -> Callable[[str, Any], SafeString]:
    """`status` for many figures of a page: to ask for the language takes longer than to find what was drawn."""
    language = get_language()
    return lambda state, text: _status(
        state if state in STATES else "grey", "" if text is None else _plain(text), language
    )


@lru_cache(maxsize=5000)
def _status(known: str, text: str, language: str | None) -> SafeString:
    shape, word = STATES[known]
    if not text:
        text = NOT_AVAILABLE if known == "grey" else str(word)
        return format_html('<span class="status-mark tone-{}">{}<span>{}</span></span>', known, icon(shape), text)
    return format_html(
        '<span class="status-mark tone-{}">{}<span>{}</span><span class="visually-hidden">, {}</span></span>',
        known,
        icon(shape),
        text,
        word,
    )


@register.simple_tag(takes_context=True)
def stat(
    context: Context, label: str = "", value: Any = "", hint: str = "", state: str = "", url: str = ""
) -> SafeString:
    """One headline figure with its name; it opens the rows behind it when there is a `url`."""
    shape, word = STATES.get(state, ("", ""))
    value = NOT_AVAILABLE if value in {"", None} else value
    return fill(context, "stat", label=label, value=value, hint=hint, state=state, shape=shape, word=word, url=url)


@register.simple_tag(takes_context=True)
def progress(context: Context, percent: Any, text: str = "", state: str = "") -> SafeString:
    """How much of something is done, as a bar and in words."""
    done = max(0, min(100, int(percent or 0)))
    return fill(context, "progress", percent=done, text=text or f"{done} %", state=state)


# --- forms -----------------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def field(
    context: Context, bound: BoundField, label: str = "", help: str = "", bare: bool = False, focus: bool = False
) -> SafeString:
    """A field of a form: label, widget, help and errors, tied together for those who hear the page.

    `bare` hides the label from sight, for table cells and filter rows. `focus` is for pages that are a form and
    nothing else: one types at once.
    """
    widget = bound.field.widget
    attributes: dict[str, Any] = {"class": _widget_class(bound)}
    help_text = help or bound.help_text
    described = [f"{bound.auto_id}_helptext"] * bool(help_text) + [f"{bound.auto_id}_error"] * bool(bound.errors)
    if described:
        attributes["aria-describedby"] = " ".join(described)
    if focus and not bound.is_hidden:
        attributes["autofocus"] = True
    is_group = isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple)
    return fill(
        context,
        "field",
        field=bound,
        label=own_word(label or bound.label),
        help=help_text,
        bare=bare,
        kind="group" if is_group else "check" if isinstance(widget, forms.CheckboxInput) else "line",
        options=_options(bound, attributes) if is_group else [],
        described=attributes.get("aria-describedby", ""),
        widget="" if is_group else bound.as_widget(attrs=attributes),
        is_required=bound.field.required or bound.field.disabled,  # what only stands there to be read is no option
    )


@register.simple_tag(takes_context=True)
def form_errors(context: Context, form: Any) -> SafeString:
    """What is wrong with the form as a whole, and how many fields want another look."""
    hidden = [error for bound in form.hidden_fields() for error in bound.errors]
    wrong = [bound for bound in form.visible_fields() if bound.errors]
    return fill(context, "form_errors", errors=[*form.non_field_errors(), *hidden], wrong=wrong)


def _widget_class(bound: BoundField) -> str:
    widget = bound.field.widget
    given = widget.attrs.get("class", "")
    if isinstance(widget, forms.CheckboxInput | forms.RadioSelect | forms.CheckboxSelectMultiple):
        own = "form-check-input"
    elif isinstance(widget, forms.Select):
        own = "form-select"
    elif widget.attrs.get("type") == "range" or getattr(widget, "input_type", "") == "range":
        own = "form-range"
    else:
        own = "form-control"
    return " ".join(filter(None, [own, given, "is-invalid" if bound.errors else ""]))


def _options(bound: BoundField, attributes: dict[str, Any]) -> list[BoundWidget]:
    # The group is described once, on its fieldset.
    attributes = {name: value for name, value in attributes.items() if name != "aria-describedby"}
    attributes = bound.build_widget_attrs({**attributes, "id": bound.auto_id})
    attributes.pop("aria-describedby", None)
    inside = bound.field.widget.subwidgets(bound.html_name, bound.value(), attrs=attributes)
    return [BoundWidget(bound.field.widget, option, bound.form.renderer) for option in inside]


# --- charts ----------------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def chart(context: Context, spec: Chart) -> SafeString:
    """A chart with its title and legend, and behind it a table with the same figures."""
    return _drawn(context, "chart", spec)


@register.simple_tag(takes_context=True)
def spark(context: Context, spec: Chart) -> SafeString:
    """A line as small as a word, for table cells."""
    return _drawn(context, "spark", spec)


def _drawn(context: Context, name: str, spec: Chart) -> SafeString:
    from prm.kernel.charts_svg import NARROW, draw

    narrow = draw(spec, width=NARROW) if spec.kind is ChartKind.BARS else None
    return fill(context, name, chart=spec, drawing=draw(spec), narrow=narrow)


# --- icons -----------------------------------------------------------------------------------------------


@cache
def icon_paths(name: str) -> tuple[str, ...]:
    """The strokes of one icon of the sprite (2 MB, so pages carry only what they show)."""
    found = re.search(rf'<symbol id="tabler-{re.escape(name)}" .*?</symbol>', _sprite(), re.DOTALL)
    if found is None:
        raise template.TemplateSyntaxError(gettext("There is no icon named %s.") % name)
    return tuple(d for d in re.findall(r'<path d="([^"]*)"', found[0]))


@cache
def _sprite() -> str:
    found = finders.find(SPRITE)
    if not isinstance(found, str):  # collected: only the hashed copy is left
        found = staticfiles_storage.path(getattr(staticfiles_storage, "stored_name", str)(SPRITE))
    return Path(found).read_text(encoding="utf-8")
