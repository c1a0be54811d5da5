"""The components of lists: heads to sort by, the table, the pager, the filters. Part of the kit."""

from __future__ import annotations

from html import escape
from typing import Any
from urllib.parse import urlencode

from django import forms, template
from django.forms.boundfield import BoundField, BoundWidget
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from prm.kernel.templatetags.kit import fill
from prm.kernel.web.cells import escaped
from prm.kernel.web.drawn import drawn_once, look_of
from prm.kernel.web.lists import Column, ListPage
from prm.kernel.words import own_word

register = template.Library()


@register.simple_tag(takes_context=True)
def sort(context: Context, page: ListPage, name: str, label: str) -> SafeString:
    """The head of a column one can sort by, for the inside of a `<th>`."""
    direction = page.direction(name)
    return fill(context, "sort", url=page.sort_address(name), label=own_word(label), direction=direction)


@register.simple_tag(takes_context=True)
def table(context: Context, page: ListPage, marks: str = "", cards: bool = False) -> SafeString:
    """The table of a list whose columns say their cells; `marks` names the form that its boxes to tick belong to.

    With `cards` each row is a card on a phone, on which every cell says its name.
    Drawn without a template: of fifty rows and ten columns the loop alone would cost more than all questions.
    """
    shows = page.shows
    columns = [column for column in page.columns if column.cell and shows[column.name]]
    heads = format_html_join(
        "",
        '<th scope="col"{}>{}</th>',
        (
            (
                NUMERIC if column.numeric else "",
                sort(context, page, column.name, column.label) if column.order else column.title,
            )
            for column in columns
        ),
    )
    cells = [_cell(column, cards, is_head=column is columns[0]) for column in columns]
    rows = mark_safe("".join(_table_row(row, columns, cells, marks) for row in page.rows))  # noqa: S308 - escaped cell by cell
    return format_html(
        '<div class="table-wrap{}"><table class="table"><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>',
        " as-cards" if cards else "",
        heads,
        rows,
    )


NUMERIC = mark_safe(' class="num"')


def _cell(column: Column, cards: bool, *, is_head: bool) -> tuple[str, str]:
    """What stands before and after the text of a cell of this column. The first column names the row, so it is a head.

    On a card a cell is its name and one box with all it says.
    """
    tag, look = ("th", ' scope="row"') if is_head else ("td", "")
    classes = " ".join(filter(None, ["num" if column.numeric else "", column.look]))
    look += f' class="{escape(classes)}"' if classes else ""
    if cards and not is_head and "in-words" not in classes:
        look += f' data-label="{escape(str(column.title))}"'
    return f"<{tag}{look}>{'<div>' * cards}", f"{'</div>' * cards}</{tag}>"


def _table_row(row: Any, columns: list[Column], cells: list[tuple[str, str]], marks: str) -> str:
    """One row. Every text is escaped here, markup passes as it is."""
    texts: list[str] = [escaped(column.cell(row)) for column in columns]  # type: ignore[misc]
    if marks:
        texts[0] = (
            '<div class="marked"><input type="checkbox" class="form-check-input mark" name="mark"'
            f' form="{escape(marks)}" value="{escape(row.id)}" aria-label="{escape(row.name)}">'
            f"<div>{texts[0]}</div></div>"
        )
    drawn = (f"{before}{text}{after}" for (before, after), text in zip(cells, texts, strict=True))
    return f"<tr>{''.join(drawn)}</tr>"


@register.simple_tag(takes_context=True)
def export_menu(context: Context) -> SafeString:
    """The table of this page as a file, as it stands; its view answers with `table_export`."""
    asked = [(name, value) for name, values in context["request"].GET.lists() for value in values if name != "page"]
    kinds = {"csv": {"format": "csv"}, "plain_csv": {"format": "csv", "bom": "no"}, "xlsx": {"format": "xlsx"}}
    return fill(
        context, "export_menu", **{name: "?" + urlencode([*asked, *kind.items()]) for name, kind in kinds.items()}
    )


@register.simple_tag(takes_context=True)
def pager(context: Context, page: ListPage) -> SafeString:
    """Which rows these are, of how many, and the way to the others."""
    shown = page.page
    numbers = [
        {"number": n, "url": page.address(page=str(n)), "here": n == shown.number}
        if isinstance(n, int)
        else {"number": "…", "url": "", "here": False}
        for n in shown.paginator.get_elided_page_range(shown.number, on_each_side=1, on_ends=1)
    ]
    return fill(
        context,
        "pager",
        page=shown,
        numbers=numbers,
        before=page.address(page=str(shown.number - 1)) if shown.has_previous() else "",
        after=page.address(page=str(shown.number + 1)) if shown.has_next() else "",
    )


@register.simple_tag(takes_context=True)
def filters(context: Context, page: ListPage) -> SafeString:
    """The questions one can ask a list, the views one keeps of it, and the way to take it along as a file."""
    exports = any(column.export for column in page.columns)
    asked = [form for form in (page.filterset and page.filterset.form, page.narrowing) if form]
    is_default_on = any(view.is_default for view in page.views or ())
    everything = f"{page.request.path}?view=all" if is_default_on else page.request.path
    fields = [bound for form in asked for bound in form]
    views = _view_entries(page)
    values: dict[str, Any] = {
        "sort": page.request.GET.get("sort", ""),
        "is_filtered": page.is_filtered,
        "clear": everything,
        "keeps_views": page.views is not None,
        "here": next((entry["view"].name for entry in views if entry["here"]), ""),
        "everything": everything,
        "save_view": _save_address(page) if page.views is not None else "",
        "all_columns": page.address(columns=""),
        "hides_columns": any(not shown for _, shown in page.optional),
        "csv": page.address(format="csv", page="") if exports else "",
        "plain_csv": page.address(format="csv", bom="no", page="") if exports else "",
        "xlsx": page.address(format="xlsx", page="") if exports else "",
    }
    look = (
        look_of(fields),
        tuple(values.items()),
        tuple((column.name, column.title, shown) for column, shown in page.optional),
        tuple((entry["view"].pk, entry["view"].name, entry["view"].is_default, *entry.values()) for entry in views),
    )
    return drawn_once(
        look,
        lambda: fill(
            context,
            "filters",
            fields=[{"field": bound, "label": own_word(bound.label), **_several(bound)} for bound in fields],
            columns=page.optional,
            views=views,
            **values,
        ),
    )


def _view_entries(page: ListPage) -> list[dict[str, Any]]:
    return [
        {"view": view, "url": f"{page.request.path}?{view.query or 'view=all'}", "here": view.query == page.query}
        for view in page.views or ()
    ]


def _save_address(page: ListPage) -> str:
    return f"{reverse('kernel:save_view')}?{urlencode({'list': page.name, 'query': page.query})}"


def _several(bound: BoundField) -> dict[str, Any]:
    """Where several values may be chosen: boxes to tick, and in words what is ticked. An open list is too tall."""
    if not isinstance(bound.field.widget, forms.SelectMultiple):
        return {"options": [], "chosen": ""}
    boxes = forms.CheckboxSelectMultiple(choices=bound.field.widget.choices)
    attributes = {"id": bound.auto_id, "class": "form-check-input"}
    options = [
        BoundWidget(boxes, option, bound.form.renderer)
        for option in boxes.subwidgets(bound.html_name, bound.value(), attrs=attributes)
    ]
    chosen = ", ".join(str(option.choice_label) for option in options if option.data["selected"])
    return {"options": options, "chosen": chosen}
