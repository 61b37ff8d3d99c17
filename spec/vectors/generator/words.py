"""Words worth trying: the corners of binary32 and of i32, and random words of several kinds."""

from .binary32 import FRACTION, INF, MASK, NAN, SIGN, pack

NANS = (NAN, 0xFFC00000, 0x7F800001, 0xFF800001, 0x7FFFFFFF, 0xFFFFFFFF, 0x7FA00000, 0xFFA5A5A5, 0x7FC12345, 0xFFD00DAD)

_POSITIVE = (
    0x00000000, 0x00000001, 0x00000002, 0x00000003, 0x00400000, 0x007FFFFE, 0x007FFFFF, 0x00800000, 0x00800001, 0x00FFFFFF,
    0x01000000, 0x0C800000, 0x1F800000, 0x33000000, 0x33800000, 0x34000000, 0x3E800000, 0x3EFFFFFF, 0x3F000000, 0x3F000001,
    0x3F3504F3, 0x3F7FFFFF, 0x3F800000, 0x3F800001, 0x3FC00000, 0x40000000, 0x40200000, 0x40490FDB, 0x42B17218, 0x42C80000,
    0x4AFFFFFF, 0x4B000000, 0x4B000001, 0x4B7FFFFF, 0x4B800000, 0x4EFFFFFF, 0x4F000000, 0x4F000001, 0x5F800000, 0x7E800000,
    0x7EFFFFFF, 0x7F000000, 0x7F7FFFFE, 0x7F7FFFFF, INF,
)  # fmt: skip

FLOATS = tuple(x for p in _POSITIVE for x in (p, p | SIGN)) + NANS

# The corners that meet each other in pairs.
PAIRED = (
    0x00000000, 0x80000000, 0x00000001, 0x80000001, 0x007FFFFF, 0x807FFFFF, 0x00800000, 0x80800000, 0x33800000, 0xB3800000,
    0x3F7FFFFF, 0x3F800000, 0xBF800000, 0x3F800001, 0xBF800001, 0x40000000, 0x4B800000, 0xCB800000, 0x7EFFFFFF, 0x7F7FFFFF,
    0xFF7FFFFF, INF, INF | SIGN, NAN, 0xFFC00000, 0x7F800001, 0xFFFFFFFF,
)  # fmt: skip

INTEGERS = (
    0, 1, 2, 3, 5, 7, 8, 15, 16, 30, 31, 32, 33, 63, 64, 127, 255, 256, 257, 32767, 32768, 65535, 65536, 65537,
    0x00FFFFFF, 0x01000000, 0x01000001, 0x01000002, 0x01000003, 0x01FFFFFF, 0x02000002, 0x02000006, 0x3F800000,
    0x40000000, 0x55555555, 0x7F800001, 0x7FFFFF7F, 0x7FFFFF80, 0x7FFFFFBF, 0x7FFFFFC0, 0x7FFFFFC1, 0x7FFFFFFE,
    0x7FFFFFFF, 0x80000000, 0x80000001, 0x8000003F, 0x80000040, 0x80000041, 0x80010000, 0xAAAAAAAA, 0xC0000000,
    0xFEFFFFFF, 0xFF000000, 0xFFFF0000, 0xFFFF8000, 0xFFFFFF00, 0xFFFFFFE0, 0xFFFFFFE1, 0xFFFFFFFE, 0xFFFFFFFF,
)  # fmt: skip


def scaled(chance, low, high):
    """A random sign and fraction with a binary exponent in low .. high."""
    exponent = chance.between(low, high)
    return (chance.word() & SIGN) | pack(0, 0x800000 | chance.below(0x800000), exponent - 23)


def near(word, chance, distance=3):
    """A neighbour in the order of bit patterns, never across the sign."""
    body = (word & 0x7FFFFFFF) + chance.between(-distance, distance)
    return (word & SIGN) | max(0, min(0x7FFFFFFF, body))


def anything(chance):
    """Random bits, a corner, a subnormal or a moderate number."""
    kind = chance.below(8)
    if kind < 3:
        return chance.word()
    if kind == 3:
        return chance.choice(FLOATS)
    if kind == 4:
        return chance.word() & (SIGN | FRACTION)
    if kind == 5:
        return near(chance.choice(FLOATS), chance)
    return scaled(chance, -12, 12)


def moderate(chance):
    """What a tensor of a training step holds: finite, mostly near 1, now and then a zero."""
    if chance.chance(16):
        return chance.choice((0, SIGN))
    return scaled(chance, -6, 3)


def integer(chance):
    kind = chance.below(4)
    if kind == 0:
        return chance.choice(INTEGERS)
    if kind == 1:
        return chance.between(-40, 40) & MASK
    return chance.word()
