"""Cases of View: transposes, slices, concatenations, padding, dilation, flips, and random guards."""

from .build import build, dense, random_extents, random_strides, reach
from .records import Guard, Operand, Operator
from .words import anything, integer

FILLS = {"f32": (0, 0x80000000, 0xFF800000, 0x7FC00000, 0xFFC00001, 0x7F800001, 0x3F800000), "i32": (0, 0x7F800001, 0xFFFFFFFF, 7)}


def words_of(chance, dtype, count):
    return dtype, [anything(chance) if dtype == "f32" else integer(chance) for _ in range(count)]


def _case(chance, name, dtype, extents, pieces, limit=40):
    """pieces: (offset, strides, guards); each gets a tensor just long enough."""
    operands, guards, tensors = [], [], []
    for number, (offset, strides, conditions) in enumerate(pieces):
        moved = sum((g.bound - 1) * g.stride for g in conditions if g.bound > 0)
        tensors.append(words_of(chance, dtype, reach(extents, strides, offset) + moved))
        operands.append(Operand(number, offset, strides))
        guards.append(conditions)
    op = Operator("View", dtype, extents, operands, fill=chance.choice(FILLS[dtype]), guards=guards)
    return build(chance, name, op, tensors, None, limit)


def _axis(rank, axis, coefficient=1):
    return [coefficient if i == axis else 0 for i in range(rank)]


def _plain(chance):
    for rank in range(1, 9):
        for dtype in ("f32", "i32"):
            extents = random_extents(chance, rank, 120)
            order = chance.shuffled(range(rank))
            yield _case(chance, f"transpose, rank {rank}", dtype, extents, [(0, dense(extents, order), [])], 20)
            pieces = [(chance.below(9), random_strides(chance, extents, 6), [])]
            yield _case(chance, f"strided, rank {rank}", dtype, extents, pieces, 20)


def _concat(chance):
    for count in (2, 3, 4):
        for dtype in ("f32", "i32"):
            sizes = [chance.between(1, 5) for _ in range(count)]
            rows = chance.between(1, 5)
            extents, pieces, start = [rows, sum(sizes)], [], 0
            for size in sizes:
                # Row stride `size`; the column moves by the guard.
                pieces.append((0, [size, 0], [Guard(-start, [0, 1], 1, size, 1)]))
                start += size
            yield _case(chance, f"concat of {count}", dtype, extents, pieces)


def _window(chance):
    for pad in (0, 1, 2):
        for dilation in (1, 2, 3):
            height, width = chance.between(3, 6), chance.between(3, 6)
            extents = [height + 2 * pad, width + 2 * pad, 2, 2]
            rows = Guard(-pad, [1, 0, dilation, 0], 1, height, width)
            columns = Guard(-pad, [0, 1, 0, dilation], 1, width, 1)
            yield _case(chance, f"windows, pad {pad}, dilation {dilation}", "f32", extents, [(0, [0] * 4, [rows, columns])], 50)
    for step in (2, 3, 5):
        # Scattered back with gaps: only every step-th coordinate has a source word.
        extents = [4 * step, 3]
        yield _case(chance, f"upsample by {step}", "f32", extents, [(1, [0, 4], [Guard(0, [1, 0], step, 4, 1)])])
        extents = [9, 4]
        moved = Guard(0, [1, -1], step, 5, 1)
        yield _case(chance, f"transposed convolution, stride {step}", "f32", extents, [(0, [0, 5], [moved])])


def _flips(chance):
    for rank in (1, 2, 4, 8):
        for dtype in ("f32", "i32"):
            extents = random_extents(chance, rank, 90)
            axis = chance.below(rank)
            flip = Guard(extents[axis] - 1, _axis(rank, axis, -1), 1, extents[axis], 1)
            strides = [0 if i == axis else s * extents[axis] for i, s in enumerate(dense(extents, [i for i in range(rank) if i != axis]))]
            yield _case(chance, f"flip, rank {rank}", dtype, extents, [(0, strides, [flip])], 30)


def _extremes(chance):
    extents = [6, 5]
    whole = (0, dense(extents), [])
    never, always = Guard(0, [1, 0], 1, 0, 3), Guard(0, [1, 2], 1, 0xFFFFFFFF, 0)
    zero = [0, 0]
    for name, guards in (
        ("bound 0", [never]),
        ("bound 2^32-1", [always]),
        ("divisor 2^32-1", [Guard(0, [1, 1], 0xFFFFFFFF, 1, 9)]),
        ("divisor 2^31, negative g", [Guard(-(1 << 29), [1 << 28, 0], 1 << 31, 1, 0)]),
        ("bound 2^31", [Guard(-3, [1, 1], 1, 1 << 31, 0)]),
        ("offset -(2^31-1)", [Guard(-(2**31) + 1, zero, 1, 0xFFFFFFFF, 0)]),
        ("offset 2^31-1", [Guard(2**31 - 1, zero, 2**31 - 1, 2, 5)]),
        ("coefficient -2^28", [Guard(2**28 * 2, [-(2**28), 0], 2**28, 3, 2)]),
        ("large coefficients", [Guard(-450000000, [200000000, 50000000], 50000000, 3, 7)]),
        ("three guards", [Guard(-1, [1, 0], 1, 4, 2), Guard(4, [0, -1], 1, 4, 1), Guard(0, [1, 1], 2, 5, 3)]),
        ("always twice", [always, always]),
    ):
        for dtype in ("f32", "i32"):
            yield _case(chance, name, dtype, extents, [(2, zero, guards)], 30)
            yield _case(chance, f"{name}, then another", dtype, extents, [(0, dense(extents), guards), whole], 20)


def _random(chance):
    for number in range(40):
        rank = chance.between(1, 8)
        extents = random_extents(chance, rank, 100)
        pieces = []
        for _ in range(chance.between(1, 4)):
            guards = []
            for _ in range(chance.between(0, 3)):
                coefficients = [chance.choice((0, 0, 1, -1, 2, -3)) for _ in range(rank)]
                divisor, bound = chance.choice((1, 1, 2, 3)), chance.between(1, 7)
                guards.append(Guard(chance.between(-4, 8), coefficients, divisor, bound, chance.between(0, 5)))
            pieces.append((chance.below(7), random_strides(chance, extents, 4), guards))
        yield _case(chance, f"random guards {number}", chance.choice(("f32", "i32")), extents, pieces, 30)


def view(chance):
    for part in (_plain, _concat, _window, _flips, _extremes, _random):
        yield from part(chance)
    extents = [120, 90, 4]
    yield _case(chance, "large", "i32", extents, [(3, [1, 2, 0], [Guard(0, [0, 1, 1], 7, 10, 5)])], 40)
