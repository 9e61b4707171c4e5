/** The five signs, drawn in the manner of the other icons; two of them are of our own. */
import { Heart, type IconNode, Smile, ThumbsUp } from "lucide";
import type { GestureKind } from "../protocol";

/** A face, and the way it goes. */
const Nod: IconNode = [
  ["circle", { cx: "9.5", cy: "12", r: "7.5" }],
  ["path", { d: "M6.8 10.5v.01" }],
  ["path", { d: "M12.2 10.5v.01" }],
  ["path", { d: "M7 15c1.4 1.2 3.6 1.2 5 0" }],
  ["path", { d: "M20.5 6v11.5" }],
  ["path", { d: "m18.2 15.2 2.3 2.3 2.3-2.3" }],
];

/** Two hands that meet, and three sparks. */
const Applause: IconNode = [
  [
    "rect",
    { x: "-2.6", y: "-6.5", width: "5.2", height: "13", rx: "2.6", transform: "translate(8.2 14.8) rotate(22)" },
  ],
  [
    "rect",
    { x: "-2.6", y: "-6.5", width: "5.2", height: "13", rx: "2.6", transform: "translate(15.8 14.8) rotate(-22)" },
  ],
  ["path", { d: "M12 1.8v2.8" }],
  ["path", { d: "m6.6 3 1.3 2.3" }],
  ["path", { d: "m17.4 3-1.3 2.3" }],
];

/** In the order of the keys 1 to 5. */
export const SIGNS: readonly { readonly kind: GestureKind; readonly icon: IconNode }[] = [
  { kind: "thumbs_up", icon: ThumbsUp },
  { kind: "smile", icon: Smile },
  { kind: "nod", icon: Nod },
  { kind: "applause", icon: Applause },
  { kind: "heart", icon: Heart },
];

export function iconOf(kind: GestureKind): IconNode {
  return SIGNS.find((sign) => sign.kind === kind)?.icon ?? Smile;
}
