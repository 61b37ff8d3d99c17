"""Cases of Dot, Fold and Scatter: every sum in its order, negative zeros, cancellation, NaN and infinities."""

from .binary32 import INF, NAN, SIGN
from .build import build, dense, random_extents, random_strides, reach
from .records import Operand, Operator
from .words import anything, moderate, scaled


def _wide(chance):
    """Far apart in size, so that any other order of a sum shows."""
    return scaled(chance, -20, 20)


def _tiny(chance):
    return scaled(chance, -80, -60)


def _negative_zero(chance):
    return SIGN


def _signed_zero(chance):
    return chance.choice((0, SIGN))


def _special(chance):
    return chance.choice((0xFFC00001, 0x7F800001, INF)) if chance.chance(40) else moderate(chance)


def _huge(chance):
    return scaled(chance, 61, 64)


def _nans(chance):
    return chance.choice((NAN, 0xFF812345))


def _ties(chance):
    """1 and odd halves of its last place: a running sum between 1 and 4 meets exact ties again and again."""
    return chance.choice((0x3F800000, 0xBF800000, 0x33800000, 0xB3800000, 0x34000000, 0x34400000, 0xB4400000, 0x34A00000))


def _cancelling(chance):
    """A few magnitudes with both signs, so that sums come near zero or reach it."""
    return chance.choice((0x3F800001, 0x40490FDB, 0x501502F9, 0x3F7FFFFF, 0x33D6BF95)) | (chance.word() & SIGN)


def _border(chance):
    """Around the greatest finite word: sums overflow, sums that do not, infinities that meet."""
    return chance.choice((0x7F000000, 0x7EFFFFFF, 0x7F7FFFFF, 0x73000000, 0x72FFFFFF, 0x3F800000)) | (chance.word() & SIGN)


def _subnormal(chance):
    return (chance.word() & SIGN) | chance.below(0x01000000)


def _steps(chance):
    """Powers of 2 about 24 places apart: the smaller term is half a unit, or just not."""
    return (chance.between(-2, 2) * 24 + chance.between(-1, 1) + 127) << 23 | (chance.word() & SIGN) | chance.choice((0, 0, 1, 0x7FFFFF))


DRAWS = {
    "moderate": moderate,
    "wide": _wide,
    "tiny": _tiny,
    "huge": _huge,
    "special": _special,
    "-0": _negative_zero,
    "+-0": _signed_zero,
    "anything": anything,
    "NaN": _nans,
    "ties": _ties,
    "cancelling": _cancelling,
    "border": _border,
    "subnormal": _subnormal,
    "steps": _steps,
}


def _tensor(draw, chance, count):
    return "f32", [draw(chance) for _ in range(count)]


def _run_strides(chance, extents, k, kind, last=None):
    """Strides of a run operand. Long runs overlap, which keeps the files small and the sums distinct."""
    step = chance.choice((k, k + 1, 1, 3)) if k <= 40 else chance.choice((1, 2, 5, 7))
    axes = [axis for axis in range(len(extents)) if kind == 2 or axis % 2 == kind]
    strides, size = [0] * len(extents), step
    for axis in reversed(axes):
        strides[axis], size = size, size * extents[axis] if k <= 40 else size + 1
    if last is not None:
        strides[-1] = last
    return strides


def _init(chance, draw, extents, tensors):
    strides, offset = random_strides(chance, extents, 3), chance.below(4)
    tensors.append(_tensor(draw, chance, reach(extents, strides, offset)))
    return Operand(len(tensors) - 1, offset, strides)


def _large(chance):
    """As large as a sum of products of wide terms."""
    return scaled(chance, 25, 42)


def _init_draw(chance, name):
    if name == "wide" and chance.chance(2):
        return _large
    return _negative_zero if "0" in name else chance.choice((moderate, DRAWS[name], _signed_zero))


HARD = ("ties", "cancelling", "border", "subnormal", "steps")


def _units(chance):
    """Keeps the other factor's bits."""
    return chance.choice((0x3F800000, 0xBF800000, 0x40000000, 0x3F000000))


def _dot_case(chance, k, name, with_init, rank, words=36, limit=36, extents=None):
    draw = DRAWS[name]
    extents = extents or random_extents(chance, rank, words)
    operands, tensors = [], []
    for number in range(2):
        strides, offset = _run_strides(chance, extents, k, chance.choice((number, 2))), chance.below(6)
        other = _units if name in HARD and chance.below(3) else moderate if "0" in name else draw
        tensors.append(_tensor(draw if number == 0 else other, chance, reach(extents, strides, offset, k)))
        operands.append(Operand(number, offset, strides))
    if with_init:
        operands.append(_init(chance, _init_draw(chance, name), extents, tensors))
    op = Operator("Dot", "f32", extents, operands, k=k)
    return build(chance, f"K {k}, {name}{', init' if with_init else ''}", op, tensors, None, limit)


def dot(chance):
    for k in (1, 2, 3, 5, 16, 17, 31, 100):
        for with_init in (False, True):
            yield _dot_case(chance, k, chance.choice(("moderate", "wide")), with_init, chance.between(1, 4))
            yield _dot_case(chance, k, chance.choice(("anything", "tiny", "special")), with_init, chance.between(1, 4))
    for k in (255, 256, 257, 511, 512, 513, 768, 1024, 1025):
        for with_init in (False, True):
            for name in ("wide", chance.choice(("moderate", "special", "huge"))):
                yield _dot_case(chance, k, name, with_init, chance.between(1, 4), 24, 16)
    for k in (1, 4, 256, 257, 600):
        for with_init in (False, True):
            for name in ("-0", "+-0"):
                yield _dot_case(chance, k, name, with_init, 2, 8, 8)
    for name in HARD:
        for k in (7, 40, 256, 300):
            for with_init in (False, True):
                yield _dot_case(chance, k, name, with_init, 2, 20, 12)
    yield _dot_case(chance, 4096, "wide", True, 1, 3, 3)
    yield _dot_case(chance, 4096, "wide", False, 1, 3, 3)
    # A matrix product as a layer has it: rows by columns, bias broadcast over rows.
    extents, k = [33, 17], 64
    tensors = [_tensor(moderate, chance, n) for n in (33 * 64, 17 * 64, 17)]
    operands = [Operand(0, 0, [64, 0]), Operand(1, 0, [0, 64]), Operand(2, 0, [0, 1])]
    yield build(chance, "layer", Operator("Dot", "f32", extents, operands, k=k), tensors, None, 120)


FOLDS = {"sum": 1, "max": 2, "dot": 3}


def _fold_case(chance, fn, k, name, with_init, blocked=0, words=30, limit=20):
    """blocked: the whole length L, or 0."""
    draw, runs = DRAWS[name], 2 if fn == "dot" else 1
    entries = -(-blocked // k) if blocked else 0
    extents = random_extents(chance, chance.between(1, 8), max(1, words // max(1, entries)))
    if blocked:
        extents = extents[:7] + [entries]
    operands, tensors = [], []
    for number in range(runs):
        strides = _run_strides(chance, extents, blocked or k, chance.choice((0, 1, 2)), k if blocked else None)
        offset = chance.below(6)
        reached = reach(extents, strides, offset, blocked - (entries - 1) * k if blocked else k)
        other = _units if name in HARD and chance.below(3) else moderate if "0" in name else draw
        tensors.append(_tensor(draw if number == 0 else other, chance, reached))
        operands.append(Operand(number, offset, strides))
    if with_init:
        operands.append(_init(chance, _init_draw(chance, name), extents, tensors))
    op = Operator("Fold", "f32", extents, operands, fn=FOLDS[fn], k=k, l=blocked)
    size = f"K {k}, L {blocked}" if blocked else f"K {k}"
    return build(chance, f"{fn}, {size}, {name}{', init' if with_init else ''}", op, tensors, None, limit)


def fold(chance):
    for fn in FOLDS:
        for with_init in (False, True):
            for k in (1, 2, 7, 15, 16, 17, 31, 32, 33, 64, 100):
                yield _fold_case(chance, fn, k, chance.choice(("wide", "moderate")), with_init)
            for k in (256, 257, 1023, 1024):
                yield _fold_case(chance, fn, k, "wide", with_init, 0, 8, 6)
            for k in (1, 5, 16, 20, 48):
                yield _fold_case(chance, fn, k, chance.choice(("anything", "special", "tiny", "huge")), with_init, 0, 16, 12)
            for name in HARD:
                for k in (33, 160):
                    yield _fold_case(chance, fn, k, name, with_init, 0, 8, 8)
            for name in ("-0", "+-0", "NaN", "special"):
                for k in (1, 3, 16, 40):
                    yield _fold_case(chance, fn, k, name, with_init, 0, 5, 5)
            for k, length in ((16, 40), (7, 7), (7, 22), (64, 65), (100, 30), (256, 700), (5, 21), (1, 4), (1024, 1500)):
                name = chance.choice(("wide", "moderate", "special"))
                yield _fold_case(chance, fn, k, name, with_init, length, 12, 10)


def _index_words(chance, count, extent):
    """Indices mostly inside 0 .. extent-1, repeated often, some outside."""
    out = []
    for _ in range(count):
        outside = chance.choice((0xFFFFFFFF, 0x80000000, 0x7FFFFFFF, extent, extent + 1, 0xFFFFFFFF - extent))
        out.append(outside if chance.chance(8) else chance.below(extent))
    return "i32", out


def _scatter_case(chance, k, name, with_init, rank, words=48, limit=32):
    draw = DRAWS[name]
    extents = random_extents(chance, rank, words)
    axis = chance.below(rank)
    others = [0 if i == axis and chance.below(4) else s for i, s in enumerate(_run_strides(chance, extents, k, 2))]
    offset = chance.below(5)
    tensors = [_tensor(draw, chance, reach(extents, others, offset, k))]
    strides = [chance.choice((0, 0, 1)) if i != axis else 0 for i in range(rank)]
    start = chance.below(4)
    tensors.append(_index_words(chance, reach(extents, strides, start, k), extents[axis]))
    operands = [Operand(0, offset, others), Operand(1, start, strides)]
    if with_init:
        operands.append(_init(chance, _init_draw(chance, name), extents, tensors))
    op = Operator("Scatter", "f32", extents, operands, k=k, aux0=axis)
    return build(chance, f"P {k}, axis {axis}, {name}{', init' if with_init else ''}", op, tensors, None, limit)


def scatter(chance):
    for k in (1, 2, 3, 8, 15, 40, 100):
        for with_init in (False, True):
            for name in ("wide", "moderate", "anything", "special"):
                yield _scatter_case(chance, k, name, with_init, chance.between(1, 8))
    for with_init in (False, True):
        for name in ("-0", "+-0"):
            for k in (1, 5, 20):
                yield _scatter_case(chance, k, name, with_init, chance.between(1, 3), 12, 12)
        for name in HARD:
            yield _scatter_case(chance, 60, name, with_init, 2, 20, 12)
        for k in (256, 257, 700):
            yield _scatter_case(chance, k, "wide", with_init, 2, 40, 12)
        # The gradient of an embedding: row o0 of the table gathers the tokens' rows.
        vocabulary, width, tokens = 11, 6, 25
        tensors = [_tensor(moderate, chance, width * tokens), _index_words(chance, tokens, vocabulary)]
        operands = [Operand(0, 0, [0, tokens]), Operand(1, 0, [0, 0])]
        if with_init:
            tensors.append(_tensor(moderate, chance, vocabulary * width))
            operands.append(Operand(2, 0, dense([vocabulary, width])))
        op = Operator("Scatter", "f32", [vocabulary, width], operands, k=tokens, aux0=0)
        yield build(chance, "embedding gradient", op, tensors, None, 66)
    yield _scatter_case(chance, 4096, "wide", True, 1, 5, 5)
