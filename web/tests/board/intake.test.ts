/** Keys that Excalidraw must not hear. */
import { describe, expect, test } from "vitest";
import { takenKey } from "../../src/board/intake";

/** "Ctrl+Shift+E": the letter is what the keyboard's key is called. */
function pressed(keys: string) {
  const names = keys.split("+");
  const name = names.at(-1) ?? "";
  const [ctrlKey, metaKey, altKey, shiftKey] = ["Ctrl", "Cmd", "Alt", "Shift"].map((one) => names.includes(one));
  const held = { ctrlKey: !!ctrlKey, metaKey: !!metaKey, altKey: !!altKey, shiftKey: !!shiftKey };
  const key = name.length > 1 || held.shiftKey ? name : name.toLowerCase();
  return { key, code: name.length > 1 ? name : `Key${name}`, ...held };
}

describe("keys on the board", () => {
  test.each(["Ctrl+Delete", "Ctrl+Backspace", "Cmd+Backspace", "Ctrl+Shift+Delete"])("%s clears in our way", (keys) => {
    expect(takenKey(pressed(keys), false)).toBe("clear");
    expect(takenKey(pressed(keys), true)).toBeNull();
  });

  test.each(["Ctrl+O", "Ctrl+S", "Ctrl+Shift+S", "Ctrl+Shift+E", "Ctrl+F", "Ctrl+P", "Alt+Z", "Alt+R", "Alt+Shift+D"])(
    "%s goes no further",
    (keys) => expect(takenKey(pressed(keys), false)).toBe("taken"),
  );

  test.each(["Delete", "Ctrl+Z", "Ctrl+Shift+Z", "Ctrl+A", "Ctrl+D", "Ctrl+K", "Alt+S", "E", "Shift+D", "Ctrl+Alt+C"])(
    "%s is Excalidraw's",
    (keys) => expect(takenKey(pressed(keys), false)).toBeNull(),
  );

  test("what a keyboard types with Alt is written", () => {
    expect(takenKey({ ...pressed("Alt+Z"), key: "Ω" }, false)).toBe("taken");
    expect(takenKey({ ...pressed("Alt+Z"), key: "Ω" }, true)).toBeNull();
  });
});
