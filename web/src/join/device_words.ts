/** Problems with camera and microphone as sentences with a remedy. */
import type { Kind, Problem } from "../call/devices";
import { type Key, known, t } from "../words";

export interface Finding {
  good: boolean;
  text: string;
}

/** One remedy for each family of browsers, since the symbol to press stands elsewhere in each. */
export function family(agent: string): "iphone" | "safari" | "firefox" | "other" {
  if (/iPhone|iPad/.test(agent)) return "iphone";
  if (/Firefox\//.test(agent)) return "firefox";
  if (/Safari\//.test(agent) && !/Chrom(e|ium)\//.test(agent)) return "safari";
  return "other";
}

function words(problem: Problem, about: "both" | Kind, agent: string): string {
  const thing = t(`join.thing.${about}` as Key);
  if (problem === "blocked") return t(`join.problem.blocked.${family(agent)}` as Key, { thing });
  const key = `join.problem.${problem}.${about}`;
  return known(key) ? t(key) : t(`join.problem.${problem}` as Key, { thing });
}

/** What is known about the devices, in words. `working`: which of them give a picture or a sound now. */
export function findings(
  problems: Partial<Record<Kind, Problem>>,
  working: Record<Kind, boolean>,
  agent: string,
): Finding[] {
  const { microphone, camera } = problems;
  if (microphone && microphone === camera) return [{ good: false, text: words(microphone, "both", agent) }];
  const found: Finding[] = [];
  if (working.microphone && working.camera) found.push({ good: true, text: t("join.works.both") });
  else if (working.camera) found.push({ good: true, text: t("join.works.camera") });
  else if (working.microphone) found.push({ good: true, text: t("join.works.microphone") });
  if (camera) found.push({ good: false, text: words(camera, "camera", agent) });
  if (microphone) found.push({ good: false, text: words(microphone, "microphone", agent) });
  return found;
}
