"""Share tokens: a dict as short text that survives chat windows and e-mail, and that tells when it was damaged."""

import base64
import binascii
import json
import zlib

PREFIX = "gan1"


def encode(content):
    """A JSON-able dict as text: 'gan1-' + compressed JSON + '-' + checksum, from letters, digits, '_' and '.'."""
    packed = zlib.compress(json.dumps(content, separators=(",", ":"), sort_keys=True).encode(), 9)
    body = base64.urlsafe_b64encode(packed).decode().rstrip("=").replace("-", ".")
    return f"{PREFIX}-{body}-{zlib.crc32(packed):08x}"


def decode(text):
    """The dict inside a token. Raises ValueError with the reason where the text is no whole, undamaged token."""
    if not isinstance(text, str):
        raise ValueError(f"a token is text, not {type(text).__name__}")
    parts = "".join(text.split()).strip("'\"`").split("-")
    if parts[0] != PREFIX:
        raise ValueError(f"this is not a token: it must start with '{PREFIX}-', this starts with {text.strip()[:8]!r}")
    if len(parts) != 3:
        raise ValueError("this token is cut off: its checksum is missing. Copy it again, to its end")
    try:
        packed = base64.urlsafe_b64decode(parts[1].replace(".", "-") + "=" * (-len(parts[1]) % 4))
    except (binascii.Error, ValueError):
        raise ValueError("this token is damaged: it holds characters that no token has. Copy it again") from None
    if f"{zlib.crc32(packed):08x}" != parts[2]:
        raise ValueError("this token is damaged: its checksum does not fit. Copy it again, from start to end")
    unpacker = zlib.decompressobj()
    content = json.loads(unpacker.decompress(packed, 1 << 22))
    if not isinstance(content, dict):
        raise ValueError("this token holds no settings")
    return content
