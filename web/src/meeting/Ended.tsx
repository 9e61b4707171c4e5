import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { VouchedNote } from "../join/Browsers";
import { useBrowsers } from "../join/seat_browsers";
import type { Id, Seat } from "../protocol";
import { Button, Mark } from "../ui/index.ts";
import { known, t } from "../words";

interface Props {
  readonly room: Id;
  readonly seat: Seat;
  /** `left`, `replaced` or `seat_revoked`. */
  readonly code: string;
  readonly onReturn: () => void;
}

/** After the meeting: why this page is no longer in it, and the way back. */
export function Ended({ room, seat, code, onReturn }: Props): JSX.Element {
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
      {code === "replaced" && <ByWhom room={room} seat={seat} />}
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

/** The seat went on in another browser: if that has only the partner's word for it, was it this person? */
function ByWhom({ room, seat }: Pick<Props, "room" | "seat">): JSX.Element {
  return <VouchedNote browsers={useBrowsers(room, seat)} />;
}
