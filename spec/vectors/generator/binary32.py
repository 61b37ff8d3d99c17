"""IEEE-754 binary32 on bit patterns, by exact integers. SPEC: spec/numerics.md.

A word is an int in 0 .. 2^32-1. Every result is canonical: a NaN is 7fc00000.
"""

from math import isqrt

NAN = 0x7FC00000
INF = 0x7F800000
SIGN = 0x80000000
MASK = 0xFFFFFFFF
ONE = 0x3F800000
FRACTION = 0x007FFFFF


def is_nan(x):
    return (x & 0x7FFFFFFF) > INF


def is_inf(x):
    return (x & 0x7FFFFFFF) == INF


def canonical(x):
    """The one NaN for every NaN, other words unchanged."""
    return NAN if is_nan(x) else x


def unpack(x):
    """(sign 0 or 1, m, e) of a finite word: its value is (-1)^sign * m * 2^e."""
    e = (x >> 23) & 0xFF
    f = x & FRACTION
    return (x >> 31, f, -149) if e == 0 else (x >> 31, f | 0x800000, e - 150)


def pack(sign, m, e, sticky=0):
    """Nearest word, ties to even, of (-1)^sign * m * 2^e for an integer m >= 0.

    sticky = 1 says that the value is above m * 2^e by less than 2^e; then m must have at least 26 bits
    or e must be below -151, so that the lost part cannot be a tie.
    """
    s = sign << 31
    if m == 0 and not sticky:
        return s
    if sticky:
        m, e = m << 1 | 1, e - 1
    cut = max(m.bit_length() - 24, -149 - e)
    if cut <= 0:
        m, e = m << -cut, e + cut
    else:
        half = 1 << (cut - 1)
        rest = m & ((1 << cut) - 1)
        m, e = m >> cut, e + cut
        if rest > half or (rest == half and m & 1):
            m += 1
        if m == 1 << 24:
            m, e = m >> 1, e + 1
    if m < 1 << 23:
        return s | m
    biased = e + 150
    return s | INF if biased >= 255 else s | biased << 23 | (m & FRACTION)


def neg(a):
    return canonical(canonical(a) ^ SIGN)


def abs_(a):
    return canonical(a & 0x7FFFFFFF)


def add(a, b):
    if is_nan(a) or is_nan(b):
        return NAN
    if is_inf(a):
        return NAN if is_inf(b) and a != b else a
    if is_inf(b):
        return b
    sa, ma, ea = unpack(a)
    sb, mb, eb = unpack(b)
    e = min(ea, eb)
    v = (-ma if sa else ma) << (ea - e)
    v += (-mb if sb else mb) << (eb - e)
    if v == 0:
        # An exact zero is +0, but for (-0) + (-0).
        return SIGN if a == SIGN and b == SIGN else 0
    return pack(1, -v, e) if v < 0 else pack(0, v, e)


def sub(a, b):
    return NAN if is_nan(b) else add(a, b ^ SIGN)


def mul(a, b):
    if is_nan(a) or is_nan(b):
        return NAN
    sign = (a ^ b) >> 31
    if is_inf(a) or is_inf(b):
        return NAN if (a & 0x7FFFFFFF) == 0 or (b & 0x7FFFFFFF) == 0 else sign << 31 | INF
    _, ma, ea = unpack(a)
    _, mb, eb = unpack(b)
    return pack(sign, ma * mb, ea + eb)


def div(a, b):
    if is_nan(a) or is_nan(b):
        return NAN
    sign = (a ^ b) >> 31
    if is_inf(a):
        return NAN if is_inf(b) else sign << 31 | INF
    if is_inf(b):
        return sign << 31
    _, ma, ea = unpack(a)
    _, mb, eb = unpack(b)
    if mb == 0:
        return NAN if ma == 0 else sign << 31 | INF
    q, r = divmod(ma << 64, mb)
    return pack(sign, q, ea - eb - 64, 1 if r else 0)


def sqrt(a):
    if is_nan(a):
        return NAN
    if (a & 0x7FFFFFFF) == 0:
        return a
    if a >> 31:
        return NAN
    if a == INF:
        return INF
    _, m, e = unpack(a)
    if e & 1:
        m, e = m << 1, e - 1
    root = isqrt(m << 64)
    return pack(0, root, e // 2 - 32, 0 if root * root == m << 64 else 1)


def _ordered(x):
    """A signed integer in the order of the values of non-NaN words; both zeros give 0."""
    return -(x & 0x7FFFFFFF) if x >> 31 else x


def lt(a, b):
    return not is_nan(a) and not is_nan(b) and _ordered(a) < _ordered(b)


def eq(a, b):
    return not is_nan(a) and not is_nan(b) and _ordered(a) == _ordered(b)


def _integral(a, round_up):
    """a rounded to an integer; round_up(sign, whole, rest, unit) says whether the magnitude grows by one."""
    if is_nan(a):
        return NAN
    sign, m, e = unpack(a)
    if is_inf(a) or e >= 0:
        return a
    unit = 1 << -e
    whole, rest = divmod(m, unit)
    if rest and round_up(sign, whole, rest, unit):
        whole += 1
    return pack(sign, whole, 0)


def floor(a):
    return _integral(a, lambda sign, whole, rest, unit: sign == 1)


def rint(a):
    return _integral(a, lambda sign, whole, rest, unit: 2 * rest > unit or (2 * rest == unit and whole & 1))


def signed(x):
    return x - (1 << 32) if x >> 31 else x


def itof(x):
    v = signed(x)
    return pack(1 if v < 0 else 0, abs(v), 0)


def ftoi(a):
    if is_nan(a):
        return 0
    if is_inf(a):
        return 0x80000000 if a >> 31 else 0x7FFFFFFF
    sign, m, e = unpack(a)
    v = m << e if e >= 0 else m >> -e
    v = -v if sign else v
    return max(-(1 << 31), min((1 << 31) - 1, v)) & MASK
