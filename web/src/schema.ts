/** A very small schema for what comes by JSON: each check throws ProtocolError or returns. */

/** A message that is not what the protocol allows. `path` names the field, never its content. */
export class ProtocolError extends Error {
  constructor(readonly path: string) {
    super(`the message is not as agreed at ${path}`);
    this.name = "ProtocolError";
  }
}

export type Check = (value: unknown, path: string) => void;

export const fail = (path: string): never => {
  throw new ProtocolError(path);
};
export const text =
  (min = 0, max = Number.POSITIVE_INFINITY, pattern?: RegExp): Check =>
  (value, path) => {
    if (typeof value !== "string") return fail(path);
    const length = max === Number.POSITIVE_INFINITY ? value.length : Array.from(value).length;
    if (length < min || length > max || (pattern && !pattern.test(value))) fail(path);
  };
export const whole =
  (min: number, max: number): Check =>
  (value, path) => {
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < min || value > max) fail(path);
  };
export const flag: Check = (value, path) => {
  if (typeof value !== "boolean") fail(path);
};
export const oneOf =
  (...allowed: string[]): Check =>
  (value, path) => {
    if (typeof value !== "string" || !allowed.includes(value)) fail(path);
  };
export const nullable =
  (check: Check): Check =>
  (value, path) => {
    if (value !== null) check(value, path);
  };
export const optional = (check: Check): Check => Object.assign(nullable(check), { optional: true });
/** May be left out, but when it is there it may not be null. */
export const defaulted = (check: Check): Check =>
  Object.assign(((value, path) => check(value, path)) as Check, { optional: true });
export const list =
  (check: Check): Check =>
  (value, path) => {
    if (!Array.isArray(value)) return fail(path);
    value.forEach((item, index) => {
      check(item, `${path}[${index}]`);
    });
  };
export const pair: Check = (value, path) => {
  if (!Array.isArray(value) || value.length !== 2 || value.some((item) => typeof item !== "string")) fail(path);
};
export type Fields = Record<string, Check>;
export const record =
  (fields: Fields, closed = false): Check =>
  (value, path) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return fail(path);
    const given = value as Record<string, unknown>;
    for (const [name, check] of Object.entries(fields)) {
      if (given[name] === undefined) {
        if (!("optional" in check)) fail(`${path}.${name}`);
      } else check(given[name], `${path}.${name}`);
    }
    if (closed) for (const name of Object.keys(given)) if (!(name in fields)) fail(`${path}.${name}`);
  };
