"""The checked input of the interface, the same way in every app."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


def checked(serializer: type[serializers.Serializer], request: Any) -> dict[str, Any]:
    data = serializer(data=request.data)
    data.is_valid(raise_exception=True)
    return dict(data.validated_data)
