/** A few ways to begin a page. Told as Excalidraw's skeletons: it measures the words and binds them to their boxes. */
import { type Key, t } from "../words";

export const TEMPLATES = ["look_back", "grow", "days", "mind_map"] as const;
export type Template = (typeof TEMPLATES)[number];

interface Label {
  readonly text: string;
  readonly fontSize: number;
  readonly verticalAlign?: "top" | "middle";
}

export interface Shape {
  readonly type: "rectangle" | "ellipse" | "arrow";
  readonly id?: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly strokeColor: string;
  readonly backgroundColor?: string;
  readonly fillStyle?: "solid";
  readonly roughness: 0;
  readonly roundness?: { readonly type: 2 | 3 };
  readonly label?: Label;
  readonly points?: readonly (readonly [number, number])[];
  readonly start?: { readonly id: string };
  readonly end?: { readonly id: string };
  readonly endArrowhead?: null;
}

export const title = (template: Template): string => t(`board.template.${template}` satisfies Key);
export const help = (template: Template): string => t(`board.template.${template}.help` satisfies Key);

const LAKE = "#1b5e7b";
const HEATHER = "#74438b";
const PINE = "#1d5b49";
const HONEY = "#9a5b00";

/** The template's shapes, its upper left corner at `x`, `y`. */
export function shapes(template: Template, x: number, y: number): Shape[] {
  switch (template) {
    case "look_back":
      return [
        column(x, y, t("board.template.look_back.well"), PINE),
        column(x + 380, y, t("board.template.look_back.change"), HONEY),
      ];
    case "grow":
      return [
        field(x, y, t("board.template.grow.goal"), PINE),
        field(x + 420, y, t("board.template.grow.reality"), LAKE),
        field(x, y + 280, t("board.template.grow.options"), HEATHER),
        field(x + 420, y + 280, t("board.template.grow.will"), HONEY),
      ];
    case "days":
      return [30, 60, 90].map((n, at) =>
        column(x + at * 320, y, t("board.template.days.n", { n }), [LAKE, HEATHER, PINE][at] ?? PINE, 300),
      );
    case "mind_map":
      return mindMap(x, y);
  }
}

function box(
  x: number,
  y: number,
  width: number,
  height: number,
  colour: string,
  text: string,
  fontSize: number,
): Shape {
  const label: Label = { text, fontSize, verticalAlign: "top" };
  return { type: "rectangle", x, y, width, height, strokeColor: colour, roughness: 0, roundness: { type: 3 }, label };
}

function column(x: number, y: number, text: string, colour: string, width = 360): Shape {
  return box(x, y, width, 460, colour, text, 28);
}

function field(x: number, y: number, text: string, colour: string): Shape {
  return box(x, y, 400, 260, colour, text, 20);
}

function mindMap(x: number, y: number): Shape[] {
  const middle: Shape = {
    type: "ellipse",
    id: "middle",
    x: x + 340,
    y: y + 170,
    width: 240,
    height: 140,
    strokeColor: PINE,
    roughness: 0,
    label: { text: t("board.template.mind_map.middle"), fontSize: 28 },
  };
  const places = [
    [0, 0, LAKE],
    [700, 0, HEATHER],
    [0, 380, HONEY],
    [700, 380, PINE],
  ] as const;
  return [middle, ...places.flatMap(([dx, dy, colour], at) => branch(x + dx, y + dy, at, colour, x + 460, y + 240))];
}

function branch(x: number, y: number, at: number, colour: string, middleX: number, middleY: number): Shape[] {
  const id = `branch${at}`;
  const text = t("board.template.mind_map.branch", { n: at + 1 });
  const idea: Shape = {
    type: "rectangle",
    id,
    x,
    y,
    width: 220,
    height: 100,
    strokeColor: colour,
    roughness: 0,
    roundness: { type: 3 },
    label: { text, fontSize: 20 },
  };
  const [dx, dy] = [x + 110 - middleX, y + 50 - middleY];
  // from the edge of the circle to the edge of the box, a little apart from both
  const from = 1.06 / Math.hypot(dx / 120, dy / 70);
  const to = 0.98 - Math.min(110 / Math.abs(dx), 50 / Math.abs(dy));
  const [width, height] = [dx * (to - from), dy * (to - from)];
  const line: Shape = {
    type: "arrow",
    x: middleX + dx * from,
    y: middleY + dy * from,
    width,
    height,
    points: [
      [0, 0],
      [width, height],
    ],
    strokeColor: colour,
    roughness: 0,
    start: { id: "middle" },
    end: { id },
    endArrowhead: null,
  };
  return [idea, line];
}
