"""Error of the sequences for exp, log, tanh and erf, in units in the last place, against high-precision series.

python3 spec/vectors/accuracy.py [points per function, default 20000]; fails above 3 ulp. Deterministic.
"""

import sys

sys.dont_write_bytecode = True

from decimal import Decimal, getcontext  # noqa: E402
from fractions import Fraction  # noqa: E402

from generator import binary32 as f  # noqa: E402
from generator import functions  # noqa: E402
from generator.cases_functions import focus  # noqa: E402
from generator.chance import Chance  # noqa: E402

LIMIT_ULP = 3
SEED = 20240607
getcontext().prec = 60
getcontext().Emin = -999999
getcontext().Emax = 999999


def value(x):
    sign, m, e = f.unpack(x)
    v = Fraction(m) * Fraction(2) ** e
    return -v if sign else v


def decimal(v):
    return Decimal(v.numerator) / Decimal(v.denominator)


def exact_exp(v):
    return Fraction(decimal(v).exp())


def exact_log(v):
    return Fraction(decimal(v).ln())


def exact_tanh(v):
    if abs(v) < Fraction(1, 1000):
        # Taylor: the next term, 62/2835 v^9, is below 2e-26 of v.
        return v - v**3 / 3 + 2 * v**5 / 15 - 17 * v**7 / 315
    e = Fraction((decimal(v) * -2).exp())
    return (1 - e) / (1 + e)


# pi to 75 digits.
PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459230781640628620")
TWO_OVER_ROOT_PI = Fraction(2 / PI.sqrt())
BITS = 320


def exact_erf(v):
    if abs(v) > 7:
        return Fraction(1 if v > 0 else -1)
    # Alternating Maclaurin series in fixed point: for |v| <= 7 terms stay below 2^72, so about 240 bits remain.
    fixed = (v.numerator << BITS) // v.denominator
    square = (fixed * fixed) >> BITS
    term, total, n = fixed, 0, 0
    while abs(term) > 1:
        total += term // (2 * n + 1)
        n += 1
        term = -((term * square) >> BITS) // n
    if abs(v) < Fraction(1, 2**40):
        return TWO_OVER_ROOT_PI * (v - v**3 / 3)
    return TWO_OVER_ROOT_PI * Fraction(total, 1 << BITS)


def error_ulp(got, exact):
    """|got - exact| over the distance of neighbouring words at the exact value; an infinity counts as 2^128."""
    if exact == 0:
        return Fraction(0) if f.eq(got, 0) else Fraction(10**9)
    magnitude = abs(exact)
    e = magnitude.numerator.bit_length() - magnitude.denominator.bit_length()
    if Fraction(2) ** e > magnitude:
        e -= 1
    ulp = Fraction(2) ** (min(max(e, -126), 127) - 23)
    if f.is_nan(got):
        return Fraction(10**9)
    if f.is_inf(got):
        got_value = Fraction(2) ** 128 * (-1 if got >> 31 else 1)
        # Beyond the range the infinity is the right answer.
        magnitude = min(magnitude, Fraction(2) ** 128)
        exact = magnitude if exact > 0 else -magnitude
    else:
        got_value = value(got)
    return abs(got_value - exact) / ulp


EXACT = {15: exact_exp, 16: exact_log, 17: exact_tanh, 18: exact_erf}


def measurable(fn, x):
    if f.is_nan(x) or f.is_inf(x):
        return False
    if fn == 16:
        return x != 0 and x >> 31 == 0
    # Far outside, exp is 0 or an infinity; the series need not be asked.
    return fn != 15 or abs(value(x)) <= 200


def worst(fn, points):
    name, _, _, function = functions.FUNCTIONS[fn]
    chance = Chance(SEED, fn)
    record, at, count = Fraction(-1), 0, 0
    while count < points:
        x = focus(fn, chance)
        if not measurable(fn, x):
            continue
        count += 1
        error = error_ulp(function(x), EXACT[fn](value(x)))
        if error > record:
            record, at = error, x
    print(f"{name}: worst {float(record):.4f} ulp at {at:08x} over {count} points (seed {SEED})", flush=True)
    return record


if __name__ == "__main__":
    amount = int(sys.argv[1]) if len(sys.argv) > 1 else 20000
    if max(worst(fn, amount) for fn in EXACT) > LIMIT_ULP:
        sys.exit(f"above {LIMIT_ULP} ulp")
