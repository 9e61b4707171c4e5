/**
 * What comes from the other browser, made harmless before Excalidraw sees it: only kinds of elements we know, every field
 * of the right type and within bounds, links only to places one may go to. Unknown fields and kinds are dropped.
 */
import { generateKeyBetween } from "fractional-indexing";

export const KINDS = [
  "rectangle",
  "diamond",
  "ellipse",
  "line",
  "arrow",
  "freedraw",
  "text",
  "image",
  "frame",
] as const;
export type Kind = (typeof KINDS)[number];
export type Point = readonly [x: number, y: number];

/** An element of Excalidraw's as plain JSON, of which we read these fields. */
export interface BoardElement {
  readonly id: string;
  readonly type: Kind;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly angle: number;
  readonly strokeColor: string;
  readonly strokeWidth: number;
  readonly version: number;
  readonly versionNonce: number;
  readonly index: string | null;
  readonly isDeleted: boolean;
  readonly link: string | null;
  readonly text?: string;
  readonly originalText?: string;
  readonly containerId?: string | null;
  readonly frameId?: string | null;
  readonly name?: string | null;
  readonly points?: readonly Point[];
  readonly fileId?: string | null;
  readonly startBinding?: { readonly elementId: string } | null;
  readonly endBinding?: { readonly elementId: string } | null;
  readonly [more: string]: unknown;
}

export const BOUNDS = {
  elements: 2000,
  /** From here on people are told that the page is getting full. */
  elementsWarn: 1500,
  points: 5000,
  text: 10_000,
  place: 1_000_000,
  /** Sides of a shape: a hatched one of a million would never be drawn to the end. */
  side: 20_000,
  hatched: 4000,
  version: 1_000_000_000,
  images: 60,
} as const;

type Raw = Readonly<Record<string, unknown>>;

const ID = /^[\w-]{1,64}$/;
const COLOUR = /^(#[0-9a-fA-F]{3,8}|transparent|[a-z]{3,20})$/;
const FILLS = ["solid", "hachure", "cross-hatch", "zigzag"] as const;
const STROKES = ["solid", "dashed", "dotted"] as const;
const HEADS = [
  "arrow",
  "bar",
  "dot",
  "circle",
  "circle_outline",
  "triangle",
  "triangle_outline",
  "diamond",
  "diamond_outline",
  "crowfoot_one",
  "crowfoot_many",
  "crowfoot_one_or_many",
] as const;
/** All of Excalidraw's own faces but the emoji one, which nobody chooses. */
const FACES = [1, 2, 3, 5, 6, 7, 8, 9];

/** The element in a shape that is safe to draw, or null when there is no such element. */
export function cleanElement(given: unknown): BoardElement | null {
  if (!isRecord(given)) return null;
  const type = KINDS.find((kind) => kind === given.type);
  const id = cleanId(given.id);
  if (type === undefined || id === null || given.isDeleted === true) return null;
  const x = number(given.x, -BOUNDS.place, BOUNDS.place);
  const y = number(given.y, -BOUNDS.place, BOUNDS.place);
  const version = integer(given.version, 1, BOUNDS.version);
  const versionNonce = integer(given.versionNonce, 0, 2 ** 31);
  if (x === null || y === null || version === null || versionNonce === null) return null;
  const more = details[type](given);
  if (more === null) return null;
  return { ...common(given), id, type, x, y, version, versionNonce, ...more } as BoardElement;
}

/** An address one may follow from the board, else null. */
export function cleanLink(given: unknown): string | null {
  if (typeof given !== "string" || given.length > 2000) return null;
  try {
    const url = new URL(given);
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** An id that may become a key of ours. */
export function cleanId(given: unknown): string | null {
  return typeof given === "string" && ID.test(given) && given !== "__proto__" ? given : null;
}

/** A colour by number or name, never `url(…)`. */
export function cleanColour(given: unknown, otherwise: string): string {
  return typeof given === "string" && COLOUR.test(given) ? given : otherwise;
}

/** A key that fractional indexing can go on from; anything else would make Excalidraw throw. */
export function cleanIndex(given: unknown): string | null {
  if (typeof given !== "string" || given.length > 200) return null;
  try {
    generateKeyBetween(given, null);
    return given;
  } catch {
    return null;
  }
}

/** A finite number within bounds; numbers outside are brought to the bound, what is no number is null. */
export function number(given: unknown, least: number, most: number): number | null {
  if (typeof given !== "number" || !Number.isFinite(given)) return null;
  return Math.min(most, Math.max(least, given));
}

export function isRecord(given: unknown): given is Raw {
  return typeof given === "object" && given !== null && !Array.isArray(given);
}

function common(given: Raw): Raw {
  const width = number(given.width, -BOUNDS.side, BOUNDS.side) ?? 0;
  const height = number(given.height, -BOUNDS.side, BOUNDS.side) ?? 0;
  const fill = among(given.fillStyle, FILLS, "solid");
  return {
    width,
    height,
    angle: number(given.angle, -100, 100) ?? 0,
    strokeColor: cleanColour(given.strokeColor, "#1e1e1e"),
    backgroundColor: cleanColour(given.backgroundColor, "transparent"),
    fillStyle: Math.max(Math.abs(width), Math.abs(height)) > BOUNDS.hatched ? "solid" : fill,
    strokeWidth: number(given.strokeWidth, 0.5, 50) ?? 2,
    strokeStyle: among(given.strokeStyle, STROKES, "solid"),
    roughness: number(given.roughness, 0, 3) ?? 0,
    opacity: number(given.opacity, 0, 100) ?? 100,
    roundness: roundness(given.roundness),
    seed: integer(given.seed, 0, 2 ** 31) ?? 1,
    index: cleanIndex(given.index),
    isDeleted: false,
    groupIds: list(given.groupIds, 20, cleanId),
    frameId: cleanId(given.frameId),
    boundElements: list(given.boundElements, 200, boundElement),
    updated: integer(given.updated, 0, Number.MAX_SAFE_INTEGER) ?? 1,
    link: cleanLink(given.link),
    locked: given.locked === true,
  };
}

const nothing = (): Raw => ({});

const details: Readonly<Record<Kind, (given: Raw) => Raw | null>> = {
  rectangle: nothing,
  diamond: nothing,
  ellipse: nothing,
  line: (given) => linear(given),
  arrow: (given) => {
    const line = linear(given);
    return line && { ...line, ...elbow(given) };
  },
  freedraw: (given) => {
    const points = list(given.points, BOUNDS.points, point);
    if (points.length === 0) return null;
    const pressures = list(given.pressures, BOUNDS.points, (one) => number(one, 0, 1));
    return {
      points,
      pressures,
      simulatePressure: given.simulatePressure !== false,
      lastCommittedPoint: point(given.lastCommittedPoint),
    };
  },
  text: (given) => {
    if (typeof given.text !== "string" || given.text.trim() === "") return null;
    const text = given.text.slice(0, BOUNDS.text);
    const original = typeof given.originalText === "string" ? given.originalText.slice(0, BOUNDS.text) : text;
    return {
      text,
      originalText: original,
      fontSize: number(given.fontSize, 4, 400) ?? 20,
      fontFamily: FACES.find((face) => face === given.fontFamily) ?? 6,
      textAlign: among(given.textAlign, ["left", "center", "right"], "left"),
      verticalAlign: among(given.verticalAlign, ["top", "middle", "bottom"], "top"),
      containerId: cleanId(given.containerId),
      autoResize: given.autoResize !== false,
      lineHeight: number(given.lineHeight, 0.5, 4) ?? 1.25,
    };
  },
  image: (given) => {
    const fileId = cleanId(given.fileId);
    return fileId === null
      ? null
      : { fileId, status: "saved", scale: [sign(given.scale, 0), sign(given.scale, 1)], crop: crop(given.crop) };
  },
  frame: (given) => ({ name: typeof given.name === "string" ? given.name.slice(0, 200) : null }),
};

function linear(given: Raw): Raw | null {
  const points = list(given.points, BOUNDS.points, point);
  if (points.length < 2) return null;
  return {
    points,
    lastCommittedPoint: null,
    startBinding: binding(given.startBinding),
    endBinding: binding(given.endBinding),
    startArrowhead: among(given.startArrowhead, HEADS, null),
    endArrowhead: among(given.endArrowhead, HEADS, null),
  };
}

function elbow(given: Raw): Raw {
  if (given.elbowed !== true) return { elbowed: false };
  const segments = list(given.fixedSegments, 50, (one) => {
    if (!isRecord(one)) return null;
    const [start, end, index] = [point(one.start), point(one.end), integer(one.index, 0, BOUNDS.points)];
    return start && end && index !== null ? { start, end, index } : null;
  });
  return {
    elbowed: true,
    fixedSegments: segments.length > 0 ? segments : null,
    startIsSpecial: given.startIsSpecial === true,
    endIsSpecial: given.endIsSpecial === true,
  };
}

function binding(given: unknown): Raw | null {
  if (!isRecord(given)) return null;
  const elementId = cleanId(given.elementId);
  if (elementId === null) return null;
  const fixed = Array.isArray(given.fixedPoint) ? given.fixedPoint.map((one) => number(one, -2, 3)) : [];
  return {
    elementId,
    focus: number(given.focus, -10, 10) ?? 0,
    gap: number(given.gap, 0, 1000) ?? 1,
    ...(fixed.length === 2 && !fixed.includes(null) ? { fixedPoint: fixed } : {}),
  };
}

function boundElement(given: unknown): Raw | null {
  if (!isRecord(given) || (given.type !== "arrow" && given.type !== "text")) return null;
  const id = cleanId(given.id);
  return id === null ? null : { id, type: given.type };
}

function roundness(given: unknown): Raw | null {
  if (!isRecord(given)) return null;
  const type = integer(given.type, 1, 3);
  const value = number(given.value, 0, 1000);
  return type === null ? null : { type, ...(value === null ? {} : { value }) };
}

function crop(given: unknown): Raw | null {
  if (!isRecord(given)) return null;
  const names = ["x", "y", "width", "height", "naturalWidth", "naturalHeight"] as const;
  const values = names.map((name) => [name, number(given[name], 0, BOUNDS.side)] as const);
  return values.some(([, value]) => value === null) ? null : Object.fromEntries(values);
}

function sign(given: unknown, at: number): number {
  return Array.isArray(given) && given[at] === -1 ? -1 : 1;
}

export function point(given: unknown): Point | null {
  if (!Array.isArray(given)) return null;
  const x = number(given[0], -BOUNDS.side, BOUNDS.side);
  const y = number(given[1], -BOUNDS.side, BOUNDS.side);
  return x === null || y === null ? null : [x, y];
}

function integer(given: unknown, least: number, most: number): number | null {
  return Number.isInteger(given) && (given as number) >= least && (given as number) <= most ? (given as number) : null;
}

function among<T extends string, D extends T | null>(given: unknown, choices: readonly T[], otherwise: D): T | D {
  return choices.find((choice) => choice === given) ?? otherwise;
}

/** The first `most` items that are what they should be. */
export function list<T>(given: unknown, most: number, clean: (one: unknown) => T | null): T[] {
  if (!Array.isArray(given)) return [];
  const kept: T[] = [];
  for (const one of given.slice(0, most)) {
    const cleaned = clean(one);
    if (cleaned !== null) kept.push(cleaned);
  }
  return kept;
}
