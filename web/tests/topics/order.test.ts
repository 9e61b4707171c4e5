/** Order by fractional index: wherever one puts an item, it stands there, also among equal and overlong keys. */
import { expect, test } from "vitest";
import { byOrder, isOrder, keysFor, type Placed } from "../../src/topics/order.ts";

const ids = (list: readonly Placed[]) => [...list].sort(byOrder).map((item) => item.id);

function put(list: readonly Placed[], id: string, index: number, random?: () => number): Placed[] {
  const rest = list.filter((item) => item.id !== id).sort(byOrder);
  const keys = keysFor(rest, id, index, random);
  const items = rest.map((item) => ({ ...item, order: keys.get(item.id) ?? item.order }));
  return [...items, { id, order: keys.get(id) ?? "" }].sort(byOrder);
}

test("an item stands where it was put, and the others keep their order", () => {
  let list: Placed[] = [];
  const expected: string[] = [];
  for (let n = 0; n < 300; n += 1) {
    const id = `i${n}`;
    const index = (n * 7919) % (expected.length + 1);
    list = put(list, id, index);
    expected.splice(index, 0, id);
    expect(ids(list)).toEqual(expected);
  }
  expect(list.every((item) => isOrder(item.order))).toBe(true);
});

test("usually one key is written, and it does not grow for ever in one spot", () => {
  let list = put(put([], "a", 0), "z", 1);
  let written = 0;
  for (let n = 0; n < 400; n += 1) {
    const rest = [...list].sort(byOrder);
    if (keysFor(rest, `n${n}`, 1).size > 1) written += 1;
    list = put(list, `n${n}`, 1);
  }
  expect(Math.max(...list.map((item) => item.order.length))).toBeLessThan(60);
  expect(written).toBeLessThan(40);
});

test("between two equal keys there is room too", () => {
  const twins = [
    { id: "a", order: "a1" },
    { id: "b", order: "a1" },
    { id: "c", order: "a1" },
  ];
  expect(ids(put(twins, "x", 1))).toEqual(["a", "x", "b", "c"]);
});

test("two who insert at the same place seldom make the same key", () => {
  const keys = new Set(Array.from({ length: 64 }, () => keysFor([], "x", 0).get("x")));
  expect(keys.size).toBeGreaterThan(4);
});

test.each(["", "a", "a00", "!", "a1\n", "0", "zz", 7, null, {}, "b1", "a0".padEnd(300, "V")])(
  "%j is no order",
  (key) => {
    expect(isOrder(key)).toBe(false);
  },
);

test("the outermost keys still have neighbours", () => {
  const edges = [
    { id: "low", order: `A${"0".repeat(25)}1V` },
    { id: "high", order: `z${"z".repeat(26)}` },
  ].filter((item) => isOrder(item.order));
  expect(edges.length).toBeGreaterThan(0);
  expect(ids(put(edges, "first", 0))[0]).toBe("first");
  expect(ids(put(edges, "last", edges.length)).at(-1)).toBe("last");
});
