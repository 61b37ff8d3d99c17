"""Cases of Gather: rows named by index words, inside and outside of the table."""

from .build import build, dense, random_extents, random_strides, reach
from .cases_view import words_of
from .records import Operand, Operator

OUTSIDE = (0xFFFFFFFF, 0x80000000, 0x7FFFFFFF, 0xFFFFFF00)


def _indices(chance, count, rows):
    out = []
    for _ in range(count):
        edge = chance.choice((*OUTSIDE, rows & 0xFFFFFFFF, (rows + 1) & 0xFFFFFFFF, rows - 1, 0))
        out.append(edge if chance.chance(3) else chance.below(min(rows, 1 << 31)))
    return "i32", out


def _case(chance, name, dtype, extents, rows, row_stride, table, index, limit=30):
    """table, index: (offset, strides)."""
    tensors = [
        words_of(chance, dtype, reach(extents, table[1], table[0]) + (rows - 1) * row_stride),
        _indices(chance, reach(extents, index[1], index[0]), rows),
    ]
    operands = [Operand(0, *table), Operand(1, *index)]
    op = Operator("Gather", dtype, extents, operands, aux0=rows, aux1=row_stride)
    return build(chance, name, op, tensors, None, limit)


def gather(chance):
    for dtype in ("f32", "i32"):
        for rows, width, tokens in ((1, 3, 5), (7, 4, 9), (65, 8, 20), (20, 1, 30)):
            name = f"rows of a table {rows} x {width}"
            yield _case(chance, name, dtype, [tokens, width], rows, width, (0, [0, 1]), (0, [1, 0]), 60)
        # One entry of each row, as a loss picks the label's logit.
        yield _case(chance, "entry of each row", dtype, [16], 10, 1, (0, [10]), (0, [1]))
        for rows in (1 << 31, (1 << 31) + 5, 0xFFFFFFFF):
            # More rows than an i32 can name: every index that is not negative is inside.
            yield _case(chance, f"{rows} rows, row stride 0", dtype, [4, 6], rows, 0, (1, [6, 1]), (0, dense([4, 6])))
        for rank in range(1, 9):
            for _ in range(2):
                extents = random_extents(chance, rank, 60)
                table = (chance.below(6), random_strides(chance, extents, 5))
                index = (chance.below(6), random_strides(chance, extents, 3))
                rows, row_stride = chance.between(1, 12), chance.between(0, 9)
                yield _case(chance, f"rank {rank}", dtype, extents, rows, row_stride, table, index)
