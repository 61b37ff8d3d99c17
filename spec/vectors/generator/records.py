"""Canonical bytes of headers, declarations and operators, and the roots in them. SPEC: spec/program.md, spec/commitments.md."""

from dataclasses import dataclass, field
from hashlib import sha256
from struct import pack

MASK = 0xFFFFFFFF
DTYPES = {"f32": 1, "i32": 2}
SPACES = {"state": 1, "field": 2, "constant": 3, "operator": 4}
DECLARED = {"state": 16, "field": 17, "constant": 18}
KINDS = {"Sample": 1, "Schedule": 2, "View": 3, "Map": 4, "Dot": 5, "Fold": 6, "Gather": 7, "Scatter": 8}


@dataclass
class Operand:
    """A strided read of the case's tensor number `tensor`; `space` and `index` are set when the case is built."""

    tensor: int
    offset: int
    strides: list
    space: str = ""
    index: int = 0


@dataclass
class Guard:
    offset: int
    coefficients: list
    divisor: int
    bound: int
    stride: int


@dataclass
class Operator:
    kind: str
    dtype: str
    extents: list
    operands: list
    fn: int = 0
    k: int = 0
    l: int = 0  # noqa: E741
    aux0: int = 0
    aux1: int = 0
    fill: int = 0
    guards: list = field(default_factory=list)
    instructions: list = field(default_factory=list)

    @property
    def words(self):
        product = 1
        for extent in self.extents:
            product *= extent
        return product


def _u32(*words):
    return pack(f"<{len(words)}I", *(w & MASK for w in words))


def _eight(values):
    return list(values) + [0] * (8 - len(values))


def header(states, fields, constants, operators, batch):
    return _u32(1, states, fields, constants, operators, batch, 0, 0)


def declaration(space, dtype, words, root=bytes(32)):
    return _u32(DECLARED[space] | DTYPES[dtype] << 24, 0, 0, words, 0, 0, 0, 0) + root


def operator(op):
    counts = sum(len(guards) << 4 * piece for piece, guards in enumerate(op.guards))
    out = _u32(
        KINDS[op.kind] | op.fn << 8 | len(op.extents) << 16 | DTYPES[op.dtype] << 24,
        len(op.operands) | len(op.instructions) << 8 | counts << 16,
        0,
        op.k,
        op.l,
        op.aux0,
        op.aux1,
        *_eight(op.extents),
        op.fill,
    )
    for a in op.operands:
        out += _u32(SPACES[a.space] << 28 | a.index, a.offset, *_eight(a.strides))
    for guards in op.guards:
        for g in guards:
            out += _u32(g.offset, *_eight(g.coefficients), g.divisor, g.bound, g.stride)
    for fn, a, b, c, imm in op.instructions:
        out += _u32(fn | a << 8 | b << 16 | c << 24, imm)
    return out


def _tree(leaves):
    empty = bytes(32)
    while len(leaves) > 1:
        if len(leaves) % 2:
            leaves = leaves + [empty]
        leaves = [sha256(b"\0" + a + b).digest() for a, b in zip(leaves[::2], leaves[1::2])]
        empty = sha256(b"\0" + empty + empty).digest()
    return leaves[0]


def tensor_root(dtype, words):
    data = _u32(*words)
    chunks = [data[i : i + 1024].ljust(1024, b"\0") for i in range(0, len(data), 1024)]
    root = _tree([sha256(b"\1" + chunk).digest() for chunk in chunks])
    return sha256(b"\2" + _u32(len(words), DTYPES[dtype]) + root).digest()
