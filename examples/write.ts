/** Writes the models and data of `models.ts` into a folder: `node examples/write.ts <folder>`. The same on every machine. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readText } from "../engine/index.ts";
import { convnetModel, gptModel, gptSmall, shapesCsv } from "./models.ts";

const folder = process.argv[2] ?? "build/examples";
const prose = readFileSync(new URL("./prose.txt", import.meta.url), "utf8");
const { vocabulary } = readText(prose, { context: gptSmall.context, targets: "each" });
const files = {
  "gpt.onnx": gptModel({ ...gptSmall, vocabulary: vocabulary.length }),
  "prose.txt": prose,
  "convnet.onnx": convnetModel(),
  "shapes.csv": shapesCsv(2_000, 1),
  "shapes-held-out.csv": shapesCsv(400, 2),
};
mkdirSync(folder, { recursive: true });
for (const [name, content] of Object.entries(files)) {
  writeFileSync(join(folder, name), content);
  console.log(join(folder, name));
}
