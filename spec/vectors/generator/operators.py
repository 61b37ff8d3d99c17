"""The eight operators, one output word at a time, as spec/program.md defines them.

A tensor is (dtype, list of words). A context has step, seed, order, batch, samples and stride.
"""

from . import binary32 as f
from .binary32 import INF, MASK, SIGN
from .chance import sample_at, threefry2x32
from .functions import FUNCTIONS, maximum


def coordinates(extents, flat):
    out = []
    for extent in reversed(extents):
        flat, o = divmod(flat, extent)
        out.append(o)
    return out[::-1]


def read(tensor, address):
    dtype, words = tensor
    return f.canonical(words[address]) if dtype == "f32" else words[address]


def address(operand, o):
    return operand.offset + sum(stride * x for stride, x in zip(operand.strides, o))


def _one(case, i, o):
    operand = case.operator.operands[i]
    return read(case.tensors[operand.tensor], address(operand, o))


def _run(case, i, o, count):
    operand = case.operator.operands[i]
    start = address(operand, o)
    return [read(case.tensors[operand.tensor], start + k) for k in range(count)]


def sample(case, o, flat):
    op, c = case.operator, case.context
    if op.fn == 1:
        return threefry2x32((c["seed"], op.aux0), (flat >> 1, c["step"]))[flat & 1]
    number = sample_at(c["order"], c["seed"], c["step"], c["batch"], op.aux0 + o[0], c["samples"])
    tensor = case.tensors[op.operands[0].tensor]
    if number is None:
        return 0
    at = number * c["stride"] + o[1]
    return read(tensor, at) if at < len(tensor[1]) else 0


def schedule(case, o, flat):
    tensor = case.tensors[case.operator.operands[0].tensor]
    at = case.context["step"] * case.operator.extents[0] + o[0]
    return read(tensor, at) if at < len(tensor[1]) else 0


def view(case, o, flat):
    op = case.operator
    for operand, guards in zip(op.operands, op.guards):
        at = address(operand, o)
        for guard in guards:
            g = guard.offset + sum(c * x for c, x in zip(guard.coefficients, o))
            if g < 0 or g % guard.divisor != 0 or g // guard.divisor >= guard.bound:
                break
            at += g // guard.divisor * guard.stride
        else:
            return read(case.tensors[operand.tensor], at)
    return f.canonical(op.fill) if op.dtype == "f32" else op.fill


def map_(case, o, flat):
    op = case.operator
    operands = [_one(case, i, o) for i in range(len(op.operands))]
    results = []
    for fn, a, b, c, imm in op.instructions:
        _, types, _, function = FUNCTIONS[fn]
        arguments = []
        for code, kind in zip((a, b, c), types):
            word = imm if code == 255 else results[code - 16] if code >= 16 else operands[code]
            arguments.append(f.canonical(word) if kind == "f" else word)
        results.append(function(*arguments))
    return results[-1]


def dot(case, o, flat):
    op = case.operator
    a, b = _run(case, 0, o, op.k), _run(case, 1, o, op.k)
    total = _one(case, 2, o) if len(op.operands) == 3 else None
    for block in range(0, op.k, 256):
        acc = 0
        for x, y in zip(a[block : block + 256], b[block : block + 256]):
            acc = f.add(acc, f.mul(x, y))
        total = acc if total is None else f.add(total, acc)
    return total


def fold(case, o, flat):
    op = case.operator
    runs = 2 if op.fn == 3 else 1
    count = min(op.k, op.l - o[-1] * op.k) if op.l else op.k
    xs = [_run(case, i, o, count) for i in range(runs)]
    combine = maximum if op.fn == 2 else f.add
    lanes = [SIGN | INF if op.fn == 2 else 0] * 16
    for k in range(count):
        x = f.mul(xs[0][k], xs[1][k]) if op.fn == 3 else xs[0][k]
        lanes[k % 16] = combine(lanes[k % 16], x)
    for h in (8, 4, 2, 1):
        for j in range(h):
            lanes[j] = combine(lanes[j], lanes[j + h])
    return combine(_one(case, runs, o), lanes[0]) if len(op.operands) > runs else lanes[0]


def gather(case, o, flat):
    op = case.operator
    i = f.signed(_one(case, 1, o))
    if not 0 <= i < op.aux0:
        return 0
    table = op.operands[0]
    return read(case.tensors[table.tensor], address(table, o) + i * op.aux1)


def scatter(case, o, flat):
    op = case.operator
    source, index = _run(case, 0, o, op.k), _run(case, 1, o, op.k)
    acc = _one(case, 2, o) if len(op.operands) == 3 else 0
    for x, i in zip(source, index):
        if f.signed(i) == o[op.aux0]:
            acc = f.add(acc, x)
    return acc


EVALUATE = {
    "Sample": sample,
    "Schedule": schedule,
    "View": view,
    "Map": map_,
    "Dot": dot,
    "Fold": fold,
    "Gather": gather,
    "Scatter": scatter,
}


def evaluate(case, flat):
    """Output word number `flat` of the case's operator."""
    assert 0 <= flat < case.operator.words
    word = EVALUATE[case.operator.kind](case, coordinates(case.operator.extents, flat), flat)
    assert 0 <= word <= MASK
    return word
