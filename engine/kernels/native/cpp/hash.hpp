#pragma once
#include "record.hpp"
#include "transpose.hpp"

/** SHA-256 of many tensors' chunks and nodes, one message a lane. SPEC: spec/commitments.md; twin: engine/kernels/wasm/hash.ts. */
namespace {

constexpr uint32_t CHUNK_WORDS = 256;
constexpr uint32_t HASH_WORDS = 8;
constexpr uint32_t BLOCK_WORDS = 16;
constexpr uint8_t NODE_DOMAIN = 0;
constexpr uint8_t CHUNK_DOMAIN = 1;

constexpr uint32_t HASH_START[HASH_WORDS] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                             0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

constexpr uint32_t ROUND_WORDS[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

inline Words rotated(Words x, int bits) { return (x >> bits) | (x << (32 - bits)); }

/** The other order of the bytes of each word. */
inline Words swapped(Words x) { return (rotated(x, 8) & 0xff00ff00) | (rotated(x, 24) & 0x00ff00ff); }

/** One block of each message. `w`: its words, which are used up. */
inline void compress(Words (&state)[HASH_WORDS], Words (&w)[BLOCK_WORDS]) {
  Words a = state[0], b = state[1], c = state[2], d = state[3];
  Words e = state[4], f = state[5], g = state[6], h = state[7];
  for (uint32_t first = 0; first < 64; first += BLOCK_WORDS) {
#pragma GCC unroll 16
    for (uint32_t i = 0; i < BLOCK_WORDS; i++) {
      if (first > 0) {
        const Words early = w[(i + 1) % 16], late = w[(i + 14) % 16];
        w[i] += (rotated(early, 7) ^ rotated(early, 18) ^ (early >> 3)) + w[(i + 9) % 16] +
                (rotated(late, 17) ^ rotated(late, 19) ^ (late >> 10));
      }
      const Words chosen = g ^ (e & (f ^ g)), most = (a & b) | (c & (a | b));
      const Words t = h + (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) + chosen + w[i] + ROUND_WORDS[first + i];
      const Words u = (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) + most;
      h = g, g = f, f = e, e = d + t, d = c, c = b, b = a, a = t + u;
    }
  }
  state[0] += a, state[1] += b, state[2] += c, state[3] += d;
  state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

/** Words `i` of LANES messages that lie `step` words apart, for 16 words from `from` on. */
inline void readColumns(Words (&columns)[BLOCK_WORDS], const float *from, uint32_t step) {
  alignas(64) float there[BLOCK_WORDS * LANES];
  for (uint32_t word = 0; word < BLOCK_WORDS; word += 4)
    for (uint32_t lane = 0; lane < LANES; lane += 4)
      transposeSquare(there + word * LANES + lane, LANES, from + size_t{step} * lane + word, step);
  for (uint32_t i = 0; i < BLOCK_WORDS; i++) columns[i] = swapped(reinterpret_cast<Words>(load(there + i * LANES)));
}

/**
 * Writes the hashes of the first `lanes` of LANES messages, each the byte `domain` and `words` words after it, a multiple of 16.
 * The byte moves each word of a message on by one, so that it has 24 bits of a word there and 8 of the one before.
 */
inline void hashLanes(uint8_t *to, uint8_t domain, const float *from, uint32_t words, uint32_t lanes) {
  Words state[HASH_WORDS], columns[BLOCK_WORDS], block[BLOCK_WORDS], before = Words{} + domain;
  for (uint32_t i = 0; i < HASH_WORDS; i++) state[i] = Words{} + HASH_START[i];
  for (uint32_t at = 0; at < words; at += BLOCK_WORDS) {
    readColumns(columns, from + at, words);
    for (uint32_t i = 0; i < BLOCK_WORDS; i++) {
      block[i] = (before << 24) | (columns[i] >> 8);
      before = columns[i];
    }
    compress(state, block);
  }
  for (uint32_t i = 1; i < BLOCK_WORDS; i++) block[i] = Words{};
  block[0] = (before << 24) | 0x800000;
  block[BLOCK_WORDS - 1] = Words{} + (words * 4 + 1) * 8;
  compress(state, block);
  for (uint32_t i = 0; i < HASH_WORDS; i++) {
    const Words bytes = swapped(state[i]);
    for (uint32_t lane = 0; lane < lanes; lane++) {
      const uint32_t word = bytes[lane];
      std::memcpy(to + (lane * HASH_WORDS + i) * 4, &word, 4);
    }
  }
}

/** Hashes `count` messages that lie one after another; of the last ones only `present` words are there, the others are zero. */
inline void hashAll(const Call &call, uint8_t *to, uint8_t domain, const float *from, uint32_t words, uint32_t count,
                    uint32_t present) {
  for (uint32_t i = 0; i < count; i += LANES, to += 4 * HASH_WORDS * LANES) {
    const float *group = from + size_t{i} * words;
    if (present - i * words < LANES * words) {
      float *copy = scratchOf(call);
      std::memset(copy, 0, LANES * words * 4);
      std::memcpy(copy, group, (present - i * words) * 4);
      group = copy;
    }
    hashLanes(to, domain, group, words, least(LANES, count - i));
  }
}

/** Leaves of a tensor's tree. Record: the first, and the one past the last; table: the tensor; out: the first leaf. */
void leaves(const Call &call) {
  const uint8_t *record = call.memory + call.record;
  const uint32_t first = wordAt(record), end = wordAt(record + 4);
  const uint32_t present = wordAt(call.memory + call.operands + 4) - first * CHUNK_WORDS;
  const float *from = tensorOf(call, 0) + size_t{first} * CHUNK_WORDS;
  hashAll(call, call.memory + call.out, CHUNK_DOMAIN, from, CHUNK_WORDS, end - first, present);
}

/** Nodes above a tensor's leaves. Record: their number; out: the leaves, after which the levels are written, lowest first. */
void nodes(const Call &call) {
  constexpr uint32_t BYTES = 4 * HASH_WORDS;
  uint8_t *below = call.memory + call.out;
  uint8_t empty[BYTES] = {}, ends[2 * BYTES];
  for (uint32_t count = wordAt(call.memory + call.record); count > 1; count = (count + 1) / 2) {
    uint8_t *above = below + size_t{count} * BYTES;
    const uint32_t pairs = count / 2;
    hashAll(call, above, NODE_DOMAIN, reinterpret_cast<const float *>(below), BLOCK_WORDS, pairs, pairs * BLOCK_WORDS);
    // The last pair where its right node is missing, and the next level's EMPTY.
    uint8_t *pair = reinterpret_cast<uint8_t *>(scratchOf(call));
    std::memset(pair, 0, LANES * 2 * BYTES);
    std::memcpy(pair, above - BYTES, BYTES);
    for (uint32_t i = 1; i < 4; i++) std::memcpy(pair + i * BYTES, empty, BYTES);
    hashLanes(ends, NODE_DOMAIN, scratchOf(call), BLOCK_WORDS, 2);
    if (count % 2 == 1) std::memcpy(above + pairs * BYTES, ends, BYTES);
    std::memcpy(empty, ends + BYTES, BYTES);
    below = above;
  }
}

} // namespace
