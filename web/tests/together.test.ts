import { describe, expect, test } from "vitest";
import { type Open, type Panel, tells, toggled } from "../src/together/together";

const NOTHING: Open = { left: null, right: null, middle: null };

describe("what lies open", () => {
  test("one thing at a time on a narrow page, and a second press puts it away", () => {
    const board = toggled(NOTHING, "whiteboard", true);
    expect(toggled(board, "chat", true)).toEqual({ ...NOTHING, right: "chat" });
    expect(toggled(board, "chat", false)).toEqual({ ...NOTHING, middle: "whiteboard", right: "chat" });
    expect(toggled(board, "whiteboard", true)).toEqual(NOTHING);
  });

  test("each trouble is told in one place", () => {
    const open: Open = { left: "topics", middle: "whiteboard", right: "notes" };
    const told = (Object.values(open) as Panel[]).map((panel) => [panel, ...tells(open, panel)]);
    expect(told).toEqual([
      ["topics", "document"],
      ["whiteboard", "files"],
      ["notes", "notes"],
    ]);
    expect(tells({ ...open, left: null }, "whiteboard")).toEqual(["document", "files"]);
    expect(tells({ ...open, right: "chat" }, "chat")).toEqual(["chat"]);
    expect(tells({ ...open, middle: null, right: "chat" }, "chat")).toEqual(["chat", "files"]);
  });

  test("a page of its own tells all of its troubles", () => {
    expect(tells(NOTHING, "notes")).toEqual(["document", "notes"]);
  });
});
