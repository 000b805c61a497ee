"""A frame for the browser: a JSON header and arrays, packed into one block of bytes."""

import json
import struct

import numpy as np


def pack(header, arrays):
    """header (a JSON-able dict) and arrays {name: float32 or uint8 array} as bytes.

    Layout: length of the header (uint32, little endian), the header with each array's name, type, shape and place,
    padding to four bytes, then the arrays, each padded to four bytes.
    """
    table, blocks, place = [], [], 0
    for name, array in arrays.items():
        array = np.ascontiguousarray(array)
        if array.dtype != np.uint8:
            with np.errstate(over="ignore"):  # a run that diverges may pass what 32 bits hold
                array = array.astype("<f4")
        block = array.tobytes()
        table.append([name, "u1" if array.dtype == np.uint8 else "f4", list(array.shape), place])
        block += b"\0" * (-len(block) % 4)
        blocks.append(block)
        place += len(block)
    head = json.dumps({**header, "arrays": table}, separators=(",", ":")).encode()
    head += b" " * (-(len(head) + 4) % 4)
    return struct.pack("<I", len(head)) + head + b"".join(blocks)


def unpack(data):
    """The (header, arrays) of a packed frame; what the browser does, for tests."""
    (length,) = struct.unpack_from("<I", data)
    header = json.loads(data[4 : 4 + length])
    arrays = {}
    for name, kind, shape, place in header["arrays"]:
        count = int(np.prod(shape))
        arrays[name] = np.frombuffer(data, "<" + kind, count, 4 + length + place).reshape(shape)
    return header, arrays
