"""What a person does with saved views of lists: keep one, name it, open a list with it, drop it.

How somebody likes to look at a list is no business event, so nothing of it is recorded.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from django.db import transaction
from django.urls import NoReverseMatch, reverse

from prm.kernel.errors import Conflict, Invalid
from prm.kernel.models import Membership, SavedView
from prm.kernel.policies import require
from prm.kernel.text import clean_text

LIMIT = 30  # of one list and person: more is no menu any more
LEFT_OUT = frozenset({"page", "format", "view", "csrfmiddlewaretoken", "mark"})


class NameTaken(Conflict):
    """You have another view of that name on this list."""

    code = "view_name"


class TooMany(Invalid):
    """A list keeps at most 30 views; delete one that you no longer need."""

    code = "too_many_views"


def kept_query(query: str) -> str:
    """What of an address makes a view: filters, order and columns, in a stable order."""
    pairs = [(k, v) for k, v in parse_qsl(query.lstrip("?"), keep_blank_values=False) if k not in LEFT_OUT]
    return urlencode(sorted(pairs))


@transaction.atomic
def save_view(name: str, *, by: Membership, list_name: str, query: str, is_default: bool = False) -> SavedView:
    """Keep how a list stands now under a name; the same name on the same list is replaced."""
    require(by, "kernel.keep_view")
    title = _name(name)
    if not is_list(list_name):
        raise Invalid("There is no such list.", field="list")
    kept = kept_query(query)
    if len(kept) > 1000:
        raise Invalid("These filters are too long to be kept.", field="name")
    mine = SavedView.objects.filter(owner=by, list_name=list_name)
    found = mine.select_for_update(of=("self",)).filter(name=title).first()
    if found is None and mine.count() >= LIMIT:
        raise TooMany(field="name")
    view = found or SavedView(owner=by, partner_id=by.partner_id, list_name=list_name, name=title)
    view.query = kept
    if is_default:
        mine.filter(is_default=True).update(is_default=False)
    view.is_default = is_default
    view.save()
    return view


@transaction.atomic
def change_view(view: SavedView, *, by: Membership, name: str, is_default: bool) -> SavedView:
    """Rename a view, and say whether the list opens with it."""
    require(by, "kernel.keep_view", view)
    title = _name(name)
    mine = SavedView.objects.filter(owner=by, list_name=view.list_name)
    if mine.filter(name=title).exclude(pk=view.pk).exists():
        raise NameTaken(field="name")
    if is_default:
        mine.filter(is_default=True).exclude(pk=view.pk).update(is_default=False)
    view.name, view.is_default = title, is_default
    view.save(update_fields=["name", "is_default", "updated_at"])
    return view


@transaction.atomic
def delete_view(view: SavedView, *, by: Membership) -> None:
    """Drop a view; the list and its rows stay."""
    require(by, "kernel.keep_view", view)
    SavedView.objects.filter(owner=by, pk=view.pk).delete()


def is_list(name: str) -> bool:
    """Whether there is a list of that name to keep views of."""
    try:
        reverse(name)
    except NoReverseMatch:
        return False
    return True


def _name(name: str) -> str:
    title = clean_text(name, field="name", max_length=60)
    if not title:
        raise Invalid("A view needs a name.", field="name")
    return title
