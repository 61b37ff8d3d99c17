/** Regenerates engine/compile/onnx/onnx_pb.ts from onnx.proto: `node scripts/generate-onnx.ts`. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../engine/compile/onnx", import.meta.url));
const bin = fileURLToPath(new URL("../node_modules/.bin", import.meta.url));
const template = {
  version: "v2",
  plugins: [{ local: "protoc-gen-es", out: ".", opt: ["target=ts", "import_extension=ts"] }],
};
execFileSync(`${bin}/buf`, ["generate", "--template", JSON.stringify(template), "onnx.proto"], {
  cwd: folder,
  env: { ...process.env, PATH: `${bin}:${process.env["PATH"]}` },
  stdio: "inherit",
});
execFileSync(`${bin}/prettier`, ["--write", `${folder}/onnx_pb.ts`], { stdio: "inherit" });
