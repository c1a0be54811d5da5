"""The checked input of the interface, the same way in every app."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

SEEN = "The version you saw; refused with 409 if it moved on."


def checked(serializer: type[serializers.Serializer], request: Any) -> dict[str, Any]:
    data = serializer(data=request.data)
    data.is_valid(raise_exception=True)
    return dict(data.validated_data)


def seen_version(**more: Any) -> serializers.IntegerField:
    """The version of the record that the caller saw: whoever changes one says it, so that no change is lost."""
    return serializers.IntegerField(min_value=1, help_text=SEEN, **more)
