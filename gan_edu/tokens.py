"""Share tokens: a dict as short text that survives chat windows and e-mail, and that tells when it was damaged."""

import base64
import binascii
import json
import zlib

PREFIX = "gan1"
LONGEST = 1 << 22  # bytes of JSON: far more than a day of slider moves


def encode(content):
    """A JSON-able dict as text: 'gan1-' + compressed JSON + '-' + checksum, from letters, digits, '_' and '.'."""
    packed = zlib.compress(json.dumps(content, separators=(",", ":"), sort_keys=True).encode(), 9)
    return f"{PREFIX}-{_body(packed)}-{zlib.crc32(packed):08x}"


def decode(text):
    """The dict inside a token. Raises ValueError with the reason where the text is no whole, undamaged token."""
    if not isinstance(text, str):
        raise ValueError(f"a token is text, not {type(text).__name__}")
    parts = "".join(text.split()).strip("'\"`").split("-")
    if parts[0] != PREFIX:
        raise ValueError(f"this is not a token: it must start with '{PREFIX}-', this starts with {text.strip()[:8]!r}")
    if len(parts) < 3:
        raise ValueError("this token is cut off: its checksum is missing. Copy it again, to its end")
    if len(parts) > 3:
        raise ValueError("this token is damaged: something was added at its end. Copy it again, alone")
    content = _content(_packed(*parts[1:]))
    if not isinstance(content, dict):
        raise ValueError("this token holds no settings that can be read")
    return content


def _body(packed):
    return base64.urlsafe_b64encode(packed).decode().rstrip("=").replace("-", ".")


def _packed(body, checksum):
    """The bytes in a token's body. The checksum finds all damage but in characters that the decoder passes over."""
    try:
        packed = base64.urlsafe_b64decode(body.replace(".", "-") + "=" * (-len(body) % 4))
    except (binascii.Error, ValueError):
        raise ValueError("this token is damaged: it holds characters that no token has. Copy it again") from None
    if f"{zlib.crc32(packed):08x}" != checksum or _body(packed) != body:
        raise ValueError("this token is damaged: its checksum does not fit. Copy it again, from start to end")
    return packed


def _content(packed):
    """What the JSON in the bytes says; None where there is none, or so much of it that it was made to harm."""
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(packed, LONGEST)
        return None if unpacker.unconsumed_tail else json.loads(text)
    except (zlib.error, ValueError, RecursionError):  # ValueError: no JSON, no text, numbers of thousands of digits
        return None
