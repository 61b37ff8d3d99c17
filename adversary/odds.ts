import { honestVerifiers, segments, type Setting } from "./setting.ts";

/**
 * Chance that a job's draw finds one false segment: that it is drawn, and that an honest verifier has a seat on it. With the
 * averages of what runs give when the attacker is caught and when not it gives his expected gain without the noise of few runs.
 *
 * ASSUMES: seats are not full before an honest verifier takes his, as good as always with so few verifiers.
 */
export function chanceFound({ honestShare, attestors, draws }: Setting): number {
  const seat = Math.min(1, (attestors * honestShare) / honestVerifiers);
  return (draws / segments) * (1 - (1 - seat) ** honestVerifiers);
}

/** Honest share of a very large number of small verifiers, in place of a few. */
export function chanceFoundByMany({ honestShare, attestors, draws }: Setting): number {
  return (draws / segments) * (1 - Math.exp(-attestors * honestShare));
}
