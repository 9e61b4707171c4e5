/** Places for what concerns the browsers of one's seat; their contents are fetched when there is something to show. */
import { type Signal, useSignal } from "@preact/signals";
import type { ComponentType, JSX } from "preact";
import { useCallback, useEffect } from "preact/hooks";
import { Button, Notice } from "../ui/index.ts";
import { t } from "../words";
import type { SeatBrowsers } from "./seat_browsers";

/** All that have it, and the way to take it from others: closed until somebody looks. */
export function BrowsersPanel({ browsers }: { browsers: SeatBrowsers }): JSX.Element {
  const { view, failed, fetch } = useLate(() => import("./BrowserList").then(({ BrowserList }) => BrowserList));
  const View = view.value;
  return (
    <details class="panel" onToggle={(event) => void (event.currentTarget.open && !View && fetch())}>
      <summary>{t("join.browsers")}</summary>
      {failed.value && (
        <div role="alert">
          <p>{t("join.browsers.did_not_come")}</p>
          <Button onClick={fetch}>{t("common.try_again")}</Button>
        </div>
      )}
      {View && <View browsers={browsers} />}
    </details>
  );
}

/** That the partner let somebody in as this person, until this person has answered: one at a time. */
export function VouchedNote({ browsers }: { browsers: SeatBrowsers }): JSX.Element | null {
  const { view, fetch } = useLate(() => import("./VouchedNote").then(({ VouchedCard }) => VouchedCard));
  const out = useSignal(false);
  const first = browsers.told.value?.vouched[0];
  const any = first !== undefined;
  useEffect(() => {
    if (any) fetch();
  }, [any, fetch]);
  const View = view.value;
  const closed = () => {
    out.value = false;
  };
  return (
    <>
      {out.value && (
        <Notice kind="good" role="status">
          <p>{t("join.browsers.out")}</p>
          <Button onClick={closed}>{t("common.close")}</Button>
        </Notice>
      )}
      {first && View && (
        <View
          key={first.browser}
          browsers={browsers}
          vouched={first}
          onOut={() => {
            out.value = true;
          }}
        />
      )}
    </>
  );
}

interface Late<P> {
  readonly view: Signal<ComponentType<P> | null>;
  readonly failed: Signal<boolean>;
  readonly fetch: () => void;
}

function useLate<P>(load: () => Promise<ComponentType<P>>): Late<P> {
  const view = useSignal<ComponentType<P> | null>(null);
  const failed = useSignal(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same code whichever time it is asked for
  const fetch = useCallback(() => {
    failed.value = false;
    load().then(
      (View) => {
        view.value = View;
      },
      () => {
        failed.value = true;
      },
    );
  }, [view, failed]);
  return { view, failed, fetch };
}
