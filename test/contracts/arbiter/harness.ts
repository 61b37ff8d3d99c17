import { network } from "hardhat";
import { parseAbi } from "viem";
import { fromHex, bytesOf, toHex, wordsOf } from "../../../common/index.ts";

/** Gas of one call: tests evaluate many elements at once, far past what a transaction may use. */
export const callGas = 2_000_000_000n;
/** UNITS: evaluations in one call. */
const batch = 1_000;

/** Code of le in the harness, which is no Map function. */
export const le = 32;

const harnessAbi = parseAbi([
  "function map(uint256 fn, bytes triples) pure returns (bytes values)",
  "function dotBlocks(uint256 count, bytes a, bytes b) pure returns (bytes sums, bytes plain, uint256 answers)",
  "function dotGas(bytes a, bytes b) view returns (uint256 used)",
  "function folds(uint256 fn, uint256 count, bytes a, bytes b) pure returns (bytes values)",
]);

/** A chain on which one call may evaluate thousands of elements. */
export async function createChain() {
  const { viem } = await network.create({ override: { blockGasLimit: callGas, transactionGasCap: callGas } });
  return { viem, client: await viem.getPublicClient() };
}

/** The arithmetic harness, fed with words. */
export async function deployArithmetic() {
  const { viem, client } = await createChain();
  const { address } = await viem.deployContract("Float32Harness");
  const call = { address, abi: harnessAbi, gas: callGas } as const;
  const hex = (words: Uint32Array) => toHex(bytesOf(words));

  return {
    /** Values of Map function `fn` (or `le`) for argument columns of equal length, absent ones zero. */
    async map(fn: number, columns: readonly Uint32Array[]): Promise<Uint32Array> {
      const count = columns[0]!.length;
      const values = new Uint32Array(count);
      for (let start = 0; start < count; start += batch) {
        const size = Math.min(batch, count - start);
        const triples = new Uint32Array(3 * size);
        for (const [argument, column] of columns.entries()) {
          for (let i = 0; i < size; i++) triples[3 * i + argument] = column[start + i]!;
        }
        const answer = await client.readContract({ ...call, functionName: "map", args: [BigInt(fn), hex(triples)] });
        values.set(wordsOf(fromHex(answer)), start);
      }
      return values;
    },

    /** Sums of consecutive blocks of `count` words: as the arbiter has them, by plain operations, and how many by window. */
    async dotBlocks(count: number, a: Uint32Array, b: Uint32Array) {
      const args = [BigInt(count), hex(a), hex(b)] as const;
      const [sums, plain, answers] = await client.readContract({ ...call, functionName: "dotBlocks", args });
      return { sums: wordsOf(fromHex(sums)), plain: wordsOf(fromHex(plain)), answers: Number(answers) };
    },

    /** Gas of one block sum. */
    async dotGas(a: Uint32Array, b: Uint32Array): Promise<number> {
      return Number(await client.readContract({ ...call, functionName: "dotGas", args: [hex(a), hex(b)] }));
    },

    /** Folds of consecutive runs of `count` words; fn: 1 sum, 2 max, 3 dot. */
    async folds(fn: number, count: number, a: Uint32Array, b: Uint32Array): Promise<Uint32Array> {
      const args = [BigInt(fn), BigInt(count), hex(a), hex(b)] as const;
      return wordsOf(fromHex(await client.readContract({ ...call, functionName: "folds", args })));
    },
  };
}

export type Arithmetic = Awaited<ReturnType<typeof deployArithmetic>>;

/** Runs a test's promise once, at the first use. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
