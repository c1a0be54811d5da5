"""A vendor's picture: what comes in is looked at, drawn anew and stored by its digest; nothing else is served.

Drawing it anew drops whatever else the file carried. A vector drawing is refused: it may hold scripts.
"""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

from django.conf import settings

from prm.kernel.errors import Invalid
from prm.kernel.models import Tenant
from prm.kernel.uploads import whole_pictures_only

LARGEST = 1024 * 1024  # bytes of the file that comes in
MOST_PIXELS = 4000 * 4000
BOX = (480, 160)  # three times what the header shows
KINDS = ("PNG", "JPEG", "WEBP", "GIF")


def drawn_anew(content: bytes) -> bytes:
    """The picture as a PNG that fits the header. Raises Invalid for what is too large or no picture."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    if len(content) > LARGEST:
        raise Invalid("The picture is larger than 1 MB. Save it smaller and try again.", code="file_size", field="logo")
    try:
        with whole_pictures_only(), Image.open(io.BytesIO(content), formats=KINDS) as found:
            if found.width * found.height > MOST_PIXELS:
                raise Invalid("The picture has too many pixels: 4,000 by 4,000 at most.", code="pixels", field="logo")
            picture = ImageOps.exif_transpose(found).convert("RGBA")
    except Invalid:
        raise
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as error:
        message = "This is not a picture we can read: PNG, JPEG, WebP or GIF."
        raise Invalid(message, code="file_type", field="logo") from error
    if min(picture.size) < 16:
        raise Invalid("The picture is too small: at least 16 by 16 pixels.", code="pixels", field="logo")
    picture.thumbnail(BOX)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def keep(tenant: Tenant, content: bytes) -> str:
    """Store the picture and return its name, a digest of what it shows."""
    picture = drawn_anew(content)
    name = hashlib.sha256(picture).hexdigest()
    path = path_of(tenant, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(picture)
    return name


def path_of(tenant: Tenant, name: str) -> Path:
    return Path(settings.MEDIA_ROOT) / str(tenant.pk) / "branding" / f"{name}.png"


def read(tenant: Tenant) -> bytes | None:
    """The picture of that vendor, or None when it has none."""
    path = path_of(tenant, tenant.logo) if tenant.logo else None
    return path.read_bytes() if path and path.exists() else None
