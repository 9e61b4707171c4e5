import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Id } from "../protocol";
import { Button, Mark } from "../ui/index.ts";
import { known, t } from "../words";

interface Props {
  readonly room: Id;
  /** `left`, `replaced` or `seat_revoked`. */
  readonly code: string;
  readonly onReturn: () => void;
}

/** After the meeting: why this page is no longer in it, and the way back. */
export function Ended({ room, code, onReturn }: Props): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const title = `meeting.ended.${code}`;
  const text = `meeting.ended.${code}.text`;
  return (
    <main class="ended" id="room">
      <p class="brand">
        <Mark />
        {t("common.product")}
      </p>
      <h1 ref={heading} tabIndex={-1}>
        {t(known(title) ? title : "meeting.ended.other")}
      </h1>
      <p>{t(known(text) ? text : "meeting.ended.other.text")}</p>
      <div class="row">
        <Button kind="do" onClick={onReturn}>
          {t(code === "replaced" ? "meeting.ended.continue_here" : "meeting.ended.return")}
        </Button>
        <a class="button" href={`/r/${room}/recordings`}>
          {t("common.recordings")}
        </a>
      </div>
    </main>
  );
}
