"""What an address of the interface takes is what its description says: anything else is refused and named.

A field or a parameter that is ignored looks like one that worked. So both are checked against what `extend_schema`
says of the address, before an action hears of them; nothing needs to be said twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from prm.kernel.errors import Invalid

WRITING = frozenset({"POST", "PUT", "PATCH"})
PAGING = ("page", "page_size")


class UnknownFields(Invalid):
    """What was sent has fields that do not exist here."""

    code = "unknown_fields"

    def __init__(self, names: list[str], known: list[str]) -> None:
        takes = f"What can be sent: {', '.join(known)}." if known else "Nothing can be sent here."
        super().__init__(f"There is no field {', '.join(_short(name) for name in names)} here. {takes}")
        self.more = {"fields": [_short(name) for name in names]}


class UnknownParameters(Invalid):
    """The address has parameters that do not exist here."""

    code = "unknown_parameters"

    def __init__(self, names: list[str], known: list[str]) -> None:
        takes = f"There are: {', '.join(known)}." if known else "There are none here."
        super().__init__(f"There is no parameter {', '.join(_short(name) for name in names)} here. {takes}")
        self.more = {"parameters": [_short(name) for name in names]}


class VersionMissing(Invalid):
    """Send the version that you saw, so that nobody else's change is lost. Nothing was saved."""

    code = "version_missing"


class DescribedRequest(Request):
    """A request whose body is held against the description of its address as soon as somebody reads it."""

    view: Any = None

    def _load_data_and_files(self) -> None:
        is_first = not hasattr(self, "_checked")
        super()._load_data_and_files()
        if is_first and self.view is not None and self.method in WRITING:
            self._checked = True
            refuse_undescribed(self._full_data, shape_of(self.view), changes=bool(self.view.detail))


def refuse_undescribed(data: Any, shape: serializers.BaseSerializer | None, *, changes: bool) -> None:
    """Refuse a body with unknown fields, and a change of a record that does not say which version was seen."""
    if shape is None:
        if data:
            raise UnknownFields(sorted(data) if isinstance(data, Mapping) else ["body"], [])
        return
    if not isinstance(data, Mapping):
        return  # the shape itself says what is wrong
    unknown = list(dict.fromkeys(_unknown(data, shape)))
    if unknown:
        raise UnknownFields(unknown, writable(shape))
    if changes and "version" in writable(shape) and "version" not in data:
        raise VersionMissing(field="version")


def refuse_parameters(view: Any) -> None:
    """Refuse an address with parameters that its description does not know."""
    known = parameters_of(view)
    unknown = [name for name in view.request.query_params if name not in known]
    if unknown:
        raise UnknownParameters(unknown, known)


def writable(shape: serializers.BaseSerializer) -> list[str]:
    return [name for name, one in getattr(shape, "fields", {}).items() if not one.read_only]


def shape_of(view: Any) -> serializers.BaseSerializer | None:
    """The shape of what this address takes; None: it takes nothing."""
    said = _schema_of(view).get_request_serializer()
    while isinstance(said, dict):  # by its content type
        said = next(iter(said.values()), None)
    found = said() if isinstance(said, type) else said
    return found if isinstance(found, serializers.BaseSerializer) else None


def parameters_of(view: Any) -> list[str]:
    """The parameters of this address: those it describes, its pages, and what its list is narrowed by."""
    schema, found = _schema_of(view), []
    for one in schema.get_override_parameters():
        if isinstance(one, OpenApiParameter):
            found += [one.name] if one.location == OpenApiParameter.QUERY else []
        else:
            found += list((one() if isinstance(one, type) else one).fields)
    is_list = view.action == "list"
    if is_list:
        found += [name for backend in view.filter_backends for name in backend().parameters(view)]
    if view.paginator is not None and (is_list or is_of_many(schema.get_response_serializers())):
        found += PAGING
    return found


def is_of_many(answers: Any) -> bool:
    found = answers.get(200) if isinstance(answers, dict) else answers
    return isinstance(found, serializers.ListSerializer)


def _schema_of(view: Any) -> Any:
    """The description of the method that answers; made anew, for it keeps whose it is."""
    described = getattr(getattr(view, view.action), "kwargs", {}).get("schema")
    made = described() if described else type(view).schema.__class__()
    made.view, made.method = view, view.request.method
    return made


def _unknown(data: Any, shape: Any, path: str = "") -> Iterator[str]:
    """Names in the data that the shape does not have, also of the things in it."""
    if isinstance(shape, serializers.ListSerializer | serializers.ListField):
        for one in data if isinstance(data, list) else ():
            yield from _unknown(one, shape.child, path)
    elif isinstance(shape, serializers.DictField):
        for one in data.values() if isinstance(data, Mapping) else ():
            yield from _unknown(one, shape.child, path)
    elif isinstance(shape, serializers.Serializer) and isinstance(data, Mapping):
        known = set(writable(shape))
        for name, value in data.items():
            if name not in known:
                yield f"{path}{name}"
            else:
                yield from _unknown(value, shape.fields[name], f"{path}{name}.")


def _short(name: Any) -> str:
    return str(name)[:60]
