import { GripVertical } from "lucide";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Id } from "../protocol";
import { Icon } from "../ui/index.ts";
import { t } from "../words.ts";
import type { Desk } from "./desk.ts";
import { Drag } from "./drag.ts";
import type { ListName } from "./model.ts";

interface Props {
  readonly desk: Desk;
  readonly id: Id;
  readonly title: string;
  readonly list: ListName;
  /** The id of the text that tells how moving works. */
  readonly how: string;
  /** A press without a drag: opens the item, where plain buttons move it too. */
  readonly onPress: () => void;
}

/** The handle of a row: dragged with mouse, pen or finger; or lifted with space, moved with the arrows. */
export function Grip({ desk, id, title, list, how, onPress }: Props): JSX.Element {
  const drag = useRef<Drag | null>(null);
  const lifted = desk.carry.value?.id === id && desk.carry.value.by === "keys";
  useEffect(() => () => drag.current?.end(false), []);

  function keyed(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const carried = desk.carry.value?.id === id;
    const act = carried ? moves[event.key] : event.key === " " || event.key === "Enter" ? lift : undefined;
    if (act === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    act(desk);
  }

  function lift(): void {
    desk.lift(id, title, list, "keys");
  }

  return (
    <button
      type="button"
      class="topic-grip"
      data-key={`${id}:grip`}
      aria-label={t("topics.grip", { title })}
      aria-describedby={how}
      aria-pressed={lifted}
      onKeyDown={keyed}
      // the click that space would make on its way up
      onKeyUp={(event) => event.key === " " && event.preventDefault()}
      onBlur={() => lifted && desk.cancel()}
      onPointerDown={(event) => {
        if (event.button !== 0 || !event.isPrimary) return;
        drag.current?.end(false);
        drag.current = new Drag(desk, event, { id, title, list });
      }}
      onClick={() => {
        if (!drag.current?.dragged) onPress();
        drag.current = null;
      }}
    >
      <Icon icon={GripVertical} />
    </button>
  );
}

const moves: Readonly<Record<string, (desk: Desk) => void>> = {
  ArrowUp: (desk) => desk.step(-1),
  ArrowDown: (desk) => desk.step(1),
  ArrowLeft: (desk) => desk.sidestep(-1),
  ArrowRight: (desk) => desk.sidestep(1),
  " ": (desk) => desk.drop(),
  Enter: (desk) => desk.drop(),
  Escape: (desk) => desk.cancel(),
};
