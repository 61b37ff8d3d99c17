import { expect } from "chai";
import { parseAbi } from "viem";
import { createPrng, fromHex, toHex } from "../../../common/index.ts";
import { classifierProgram, encodeProgram, validateRecord, validationNames } from "../../../engine/index.ts";
import { callGas, createChain, once } from "./harness.ts";
import { mutated, questionsOf, type Question } from "./mutations.ts";
import { createSubject } from "./program.ts";

const seed = 0x5eed0007;
/** Records, of which every batch is one call. */
const records = 100_000;
const batch = 250;

const abi = parseAbi([
  "struct Question { bytes header; uint256 operator; bytes record; bytes[] sources; }",
  "function validate(Question[] questions) view returns (bytes codes)",
]);

const validator = once(async () => {
  const { viem, client } = await createChain();
  const { address } = await viem.deployContract("ValidatorHarness");
  const call = { address, abi, functionName: "validate", gas: callGas } as const;
  return async (questions: readonly Question[]): Promise<Uint8Array> => {
    const args = questions.map(({ header, operator, record, sources }) => ({
      header: toHex(header),
      operator: BigInt(operator),
      record: toHex(record),
      sources: sources.map((source) => toHex(source)),
    }));
    const codes = await client.readContract({ ...call, args: [args] });
    return fromHex(codes);
  };
});

function describeQuestion({ header, operator, record, sources }: Question): string {
  return [toHex(header), operator, toHex(record), ...sources.map((source) => toHex(source))].join(" ");
}

describe("validation, engine against contract", () => {
  const programs = [
    createSubject(seed).program,
    classifierProgram({ words: 5, root: new Uint8Array(32) }, new Uint8Array(32).fill(1)),
  ];
  const encoded = programs.map((program) => encodeProgram(program));
  const valid = encoded.flatMap((program, i) => questionsOf(program, programs[i]!));

  it("accepts every operator of two programs", async () => {
    const codes = await (await validator())(valid);
    expect(Array.from(codes)).to.deep.equal(valid.map(() => 0));
  });

  it(`answers the same code for ${records} changed records`, async () => {
    const random = createPrng(seed);
    const others = encoded.flatMap((program) => program.records);
    const counts = validationNames.map(() => 0);
    for (let done = 0; done < records; done += batch) {
      const questions = Array.from({ length: batch }, () => {
        const once = mutated(random, random.pick(valid), others);
        return random.below(3) === 0 ? mutated(random, once, others) : once;
      });
      const codes = await (await validator())(questions);
      questions.forEach((question, i) => {
        const { header, operator, record, sources } = question;
        const expected = validateRecord(header, operator, record, sources);
        if (codes[i] !== expected) {
          expect.fail(`code ${codes[i]}, not ${expected}, for ${describeQuestion(question)}`);
        }
        counts[expected]! += 1;
      });
    }
    console.log(
      `      seed ${seed.toString(16)}: ${validationNames.map((name, i) => `${name} ${counts[i]}`).join(", ")}`,
    );
    expect(counts.filter((count) => count === 0)).to.have.lengthOf(0);
  });
});
