"""A fixture's file: safetensors, with what the network is as JSON in its metadata."""

import json

import numpy as np

KINDS = {"F32": np.float32, "F64": np.float64, "U8": np.uint8, "I32": np.int32}


def write(path, description, tensors):
    header = {"__metadata__": {"fixture": json.dumps(description, separators=(",", ":"))}}
    data = b""
    for name, array in tensors.items():
        kind = next(word for word, dtype in KINDS.items() if array.dtype == dtype)
        raw = np.ascontiguousarray(array).tobytes()
        offsets = [len(data), len(data) + len(raw)]
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": offsets}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)


def read(path):
    """What `write` was given."""
    raw = path.read_bytes()
    length = 8 + int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8:length])
    description = json.loads(header.pop("__metadata__")["fixture"])
    tensors = {}
    for name, entry in header.items():
        start, end = (length + offset for offset in entry["data_offsets"])
        array = np.frombuffer(raw[start:end], KINDS[entry["dtype"]])
        tensors[name] = array.reshape(entry["shape"])
    return description, tensors
