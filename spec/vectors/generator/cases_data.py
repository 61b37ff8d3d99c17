"""Cases of Sample and Schedule: what a step reads from the dataset, from chance and from tables."""

from .build import build, random_extents
from .chance import rank_of
from .records import Operand, Operator
from .words import anything, integer

TOP = 0xFFFFFFFF


def _field(chance, dtype, count):
    return dtype, [anything(chance) if dtype == "f32" else integer(chance) for _ in range(count)]


def _dataset(chance, name, dtype, words, positions, length, base, context, limit=40):
    op = Operator("Sample", dtype, [positions, length], [Operand(0, 0, [0, 0])], aux0=base)
    batch = context.get("batch", base + positions + chance.below(3))
    return build(chance, name, op, [(dtype, words)], {**context, "batch": max(batch, base + positions)}, limit)


def _far(chance, n, epoch):
    """A sample at the start of a field, from a permutation of so many that its 32-bit sums pass 2^32."""
    seed, target = chance.word(), chance.below(40)
    place = epoch * n + rank_of(target, n, seed, epoch)
    batch = 1 << 20
    step, base = divmod(place, batch)
    context = {"order": "shuffled", "samples": n, "stride": 5, "step": step, "batch": batch, "seed": seed}
    words = _field(chance, "i32", 40 * 5 + 3)[1]
    return _dataset(chance, f"shuffled, {n} samples, epoch {epoch}", "i32", words, 1, 8, base, context)


def _random_bits(chance, name, extents, stream, context, limit=24):
    return build(chance, name, Operator("Sample", "i32", extents, [], fn=1, aux0=stream), [], context, limit)


def sample(chance):
    for order in ("sequential", "shuffled"):
        for dtype in ("f32", "i32"):
            for samples in (1, 2, 3, 7, 10, 64, 100):
                length = chance.between(1, 5)
                stride = chance.choice((length, length + chance.below(4), chance.between(1, length)))
                words = _field(chance, dtype, max(1, samples * stride - chance.below(3)))[1]
                context = {"order": order, "samples": samples, "stride": stride}
                base = chance.choice((0, chance.between(1, 9)))
                name = f"{order} {dtype} of {samples} samples"
                yield _dataset(chance, name, dtype, words, chance.between(1, 8), length, base, context, 24)
    ramp = ("i32", list(range(20000)))
    yield _dataset(chance, "shuffled, 20000 samples", *ramp, 40, 1, 3, {"order": "shuffled", "samples": 20000, "stride": 1})
    for step in (0, 1, 77, 0x7FFFFFFF, 0x80000000, TOP):
        for order in ("sequential", "shuffled"):
            # step * batch passes 2^32, and with few samples so does the epoch.
            for samples, batch in ((13, 1 << 20), (64, 1000), (5, 3)):
                words = [100 + i for i in range(samples)]
                context = {"order": order, "samples": samples, "stride": 1, "step": step, "batch": batch}
                yield _dataset(chance, f"{order}, step {step}, batch {batch}", "i32", words, 5, 1, chance.below(batch - 4) if batch > 5 else 0, context)
    for order in ("sequential", "shuffled"):
        few = _field(chance, "f32", 10)[1]
        yield _dataset(chance, f"{order}, no samples", "f32", few, 3, 4, 0, {"order": order, "samples": 0, "stride": 4})
        # sample * stride passes 2^32: past the end, not back at the start.
        far = {"order": order, "samples": 8, "stride": 1 << 31, "step": 0, "batch": 8}
        yield _dataset(chance, f"{order}, stride 2^31", "f32", few, 8, 4, 0, far)
        same = {"order": order, "samples": 1 << 31, "stride": 0}
        yield _dataset(chance, f"{order}, stride 0, 2^31 samples", "f32", few, 3, 4, 0, same)
        many = {"order": order, "samples": TOP, "stride": 1, "step": 3, "batch": 1 << 20}
        yield _dataset(chance, f"{order}, 2^32-1 samples", "i32", [7] * 300, 6, 300, 1 << 19, many)
        window = {"order": order, "samples": 600, "stride": 1, "step": 4, "batch": 150}
        yield _dataset(chance, f"{order}, overlapping windows", "f32", _field(chance, "f32", 603)[1], 12, 5, 9, window, 60)
    for n in (TOP, TOP - 4, 3_000_000_000, (1 << 31) + 11, (1 << 31) - 1):
        for epoch in (0, 1, 1000):
            yield _far(chance, n, epoch)
    for rank in range(1, 9):
        for step in (0, TOP, chance.word()):
            extents = random_extents(chance, rank, 60)
            context = {"seed": chance.choice((0, TOP, chance.word())), "step": step}
            yield _random_bits(chance, f"random bits, rank {rank}", extents, chance.choice((0, TOP, chance.word())), context)
    yield _random_bits(chance, "random bits, many words", [257, 129], 1, {"seed": 1, "step": 1}, 60)


def schedule(chance):
    for dtype in ("f32", "i32"):
        for width in (1, 2, 3, 5, 16, 33):
            for rows in (1, 4, 20):
                words = _field(chance, dtype, width * rows)[1]
                steps = {0, rows - 1, rows, chance.below(rows)}
                for step in sorted(steps):
                    yield _row(chance, f"{dtype} row {step} of {rows}", dtype, words, width, step)
        # step * width passes 2^32: past the end, not back at the start.
        for width, step in ((4, 1 << 30), (2, 1 << 31), (16, 1 << 28), (8, 0x20000001), (3, 0x55555556), (1, TOP)):
            words = _field(chance, dtype, width * 3)[1]
            yield _row(chance, f"{dtype} width {width}, step {step}", dtype, words, width, step)
    yield _row(chance, "wide", "f32", _field(chance, "f32", 1800)[1], 600, 2, 100)


def _row(chance, name, dtype, words, width, step, limit=40):
    op = Operator("Schedule", dtype, [width], [Operand(0, 0, [0])])
    return build(chance, name, op, [(dtype, words)], {"step": step}, limit)
