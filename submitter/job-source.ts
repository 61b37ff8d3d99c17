import type { Bytes } from "../common/index.ts";
import type {
  Adapters,
  Clip,
  CsvOptions,
  LossName,
  LossSettings,
  Normalisation,
  Optimiser,
  RateSchedule,
  SourceTensor,
  Split,
} from "../engine/index.ts";

export interface TextSource {
  readonly kind: "text";
  readonly text: string;
  /** One token a character of the text if not given, one a byte of UTF-8, or those of a Hugging Face tokenizer.json. */
  readonly tokens?: "bytes" | { readonly tokenizerJson: string };
  /** Tokens of one sample; as the model's input asks for if not given. */
  readonly context?: number;
  /** As the model's output asks for if not given. */
  readonly targets?: "each" | "last";
  /** Part of the text, at its end, that is held out; a tenth if not given. */
  readonly heldOut?: number;
}

export interface CsvSource extends CsvOptions {
  readonly kind: "csv";
  /** Or its UTF-8, in a file: then the samples go through a temporary file each field. */
  readonly text: string | Bytes;
  /** Samples of the same columns that are held out. */
  readonly heldOutText?: string | Bytes;
  /** Or a part of these samples. */
  readonly split?: Split;
}

export interface TensorsSource {
  readonly kind: "tensors";
  /** One for each field, by its name, in the order of the dataset. */
  readonly tensors: ReadonlyMap<string, SourceTensor>;
  /** The same fields of samples that are held out. */
  readonly heldOutTensors?: ReadonlyMap<string, SourceTensor>;
  /** Or a part of these samples. */
  readonly split?: Split;
  /** The field that the outputs are compared with; `label` or else `target` if not given. */
  readonly label?: string;
  /** Of every f32 field but the label. */
  readonly normalisation?: Normalisation;
}

export interface JobSource {
  readonly name: string;
  /** The bytes of an ONNX model. */
  readonly onnx: Uint8Array;
  readonly dataset: TextSource | CsvSource | TensorsSource;
  readonly batch: number;
  readonly optimiser: Optimiser;
  readonly schedule?: RateSchedule;
  readonly clip?: Clip;
  readonly adapters?: Adapters;
  /** Equal parts of the batch, computed one after the other. */
  readonly microBatches?: number;
  /** meanSquaredError where the dataset has targets, softmaxCrossEntropy where it has labels, if not given. */
  readonly loss?: LossName;
  readonly lossSettings?: LossSettings;
  /** Dataset field by graph input; may be left out where there is one input. */
  readonly inputs?: Readonly<Record<string, string>>;
  readonly output?: string;
  /** Names or patterns of initialisers that are kept as they are, and of those without weight decay. */
  readonly frozen?: readonly string[];
  readonly noDecay?: readonly string[];
}
