import { AlwaysPass } from "./always-pass.ts";
import type { Strategy } from "../strategy.ts";

/** As `always-pass`, in a job whose segments have too few states on their grid for one to be drawn. */
export const endAttester: Strategy = {
  name: "end-attester",
  summary: "As always-pass, in a job whose segments have two states on their grid.",
  limit: "of fewer than four states none is drawn, and the end that stands for it is public",
  setting: { grid: 4 },
  async cast(stage) {
    return { parties: stage.cast(await stage.terms(), stage.friendsAs(AlwaysPass)), coalition: stage.friends };
  },
};
