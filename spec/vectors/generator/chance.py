"""Threefry bits, the order of samples, and the generator's own chance. SPEC: spec/numerics.md, Random bits, Order."""

from .binary32 import MASK

ROTATIONS = (13, 15, 26, 6, 17, 29, 16, 24)


def threefry2x32(key, counter):
    k = (key[0], key[1], 0x1BD11BDA ^ key[0] ^ key[1])
    x0 = (counter[0] + k[0]) & MASK
    x1 = (counter[1] + k[1]) & MASK
    for r in range(20):
        x0 = (x0 + x1) & MASK
        turn = ROTATIONS[r % 8]
        x1 = ((x1 << turn | x1 >> (32 - turn)) & MASK) ^ x0
        if r % 4 == 3:
            i = r // 4 + 1
            x0 = (x0 + k[i % 3]) & MASK
            x1 = (x1 + k[(i + 1) % 3] + i) & MASK
    return x0, x1


def permute(rank, n, seed, epoch):
    x = rank
    for r in range(48):
        pivot = threefry2x32((seed, epoch & MASK), (r, MASK))[0] % n
        y = (pivot + n - x) % n
        if threefry2x32((seed, epoch & MASK), (r, max(x, y)))[0] & 1:
            x = y
    return x


def rank_of(sample, n, seed, epoch):
    """The rank that `permute` takes to a sample: every round is its own inverse."""
    x = sample
    for r in reversed(range(48)):
        pivot = threefry2x32((seed, epoch & MASK), (r, MASK))[0] % n
        y = (pivot + n - x) % n
        if threefry2x32((seed, epoch & MASK), (r, max(x, y)))[0] & 1:
            x = y
    return x


def sample_at(order, seed, step, batch, position, samples):
    """Sample of a position, or None in a dataset of no samples."""
    if samples == 0:
        return None
    epoch, rank = divmod(step * batch + position, samples)
    return rank if order == "sequential" else permute(rank, samples, seed, epoch)


class Chance:
    """Seeded random words: Threefry with a running counter, so that no library's generator decides the files."""

    def __init__(self, seed, stream):
        self.key = (seed, stream)
        self.count = 0

    def word(self):
        bits = threefry2x32(self.key, (self.count >> 1, 0))[self.count & 1]
        self.count += 1
        return bits

    def below(self, n):
        return (self.word() << 32 | self.word()) % n

    def between(self, low, high):
        """Integer in low .. high, both included."""
        return low + self.below(high - low + 1)

    def choice(self, items):
        return items[self.below(len(items))]

    def chance(self, n):
        """True once in n."""
        return self.below(n) == 0

    def shuffled(self, items):
        out = list(items)
        for i in range(len(out) - 1, 0, -1):
            j = self.below(i + 1)
            out[i], out[j] = out[j], out[i]
        return out
