import { useSignal } from "@preact/signals";
import type { ComponentType, JSX } from "preact";
import { otherSeat } from "../protocol";
import type { Names } from "../sharing/layout";
import type { Sharing } from "../sharing/types";
import { Button } from "../ui/index.ts";
import { t } from "../words";

interface Props {
  readonly sharing: Sharing;
  readonly names: Names;
}

/** The place for the earlier states; each time it is opened they are asked for anew. */
export function Earlier({ sharing, names }: Props): JSX.Element {
  const view = useSignal<ComponentType<{ sharing: Sharing }> | null>(null);
  const failed = useSignal(false);
  const fetch = () => {
    failed.value = false;
    import("./EarlierStates").then(
      ({ EarlierStates }) => {
        view.value = EarlierStates;
      },
      () => {
        failed.value = true;
      },
    );
  };
  const toggled = (open: boolean) => {
    if (open) fetch();
    else view.value = null;
  };
  const View = view.value;
  const waits = sharing.work.value?.waitsToForget.value && !sharing.partnerHere.value;
  return (
    <>
      {waits && (
        <p class="second small" role="status">
          {t("together.earlier.waits", { name: names.names[otherSeat(sharing.you)] })}
        </p>
      )}
      <details class="panel" onToggle={(event) => toggled(event.currentTarget.open)}>
        <summary>{t("together.earlier")}</summary>
        {failed.value && (
          <div role="alert">
            <p>{t("together.did_not_come")}</p>
            <Button onClick={fetch}>{t("common.try_again")}</Button>
          </div>
        )}
        {View && <View sharing={sharing} />}
      </details>
    </>
  );
}
