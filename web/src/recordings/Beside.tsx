import { useSignal } from "@preact/signals";
import type { ComponentType, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Button, Notice } from "../ui/index.ts";
import { t } from "../words.ts";
import type { Props } from "./replay/Replay.tsx";

/** What the two made together, beside the pictures. Its code comes only where a recording has such a part. */
export function Beside(props: Props): JSX.Element {
  const loaded = useSignal<{ readonly View: ComponentType<Props> } | null>(null);
  const failed = useSignal(false);
  const fetch = () => {
    failed.value = false;
    import("./replay/Replay.tsx").then(
      ({ default: View }) => {
        loaded.value = { View };
      },
      () => {
        failed.value = true;
      },
    );
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: fetched once
  useEffect(fetch, []);
  if (loaded.value !== null) return <loaded.value.View {...props} />;
  return (
    <div class="replay">
      {failed.value ? (
        <Notice kind="pause" role="alert">
          <p>{t("recordings.replay.failed")}</p>
          <Button onClick={fetch}>{t("common.try_again")}</Button>
        </Notice>
      ) : (
        <p role="status">{t("recordings.replay.coming")}</p>
      )}
    </div>
  );
}
