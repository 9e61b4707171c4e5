/** Places for what concerns the browsers of one's seat; their contents are fetched when there is something to show. */
import { type Signal, useSignal } from "@preact/signals";
import type { ComponentType, JSX } from "preact";
import { useCallback, useEffect, useRef } from "preact/hooks";
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
  const told = browsers.told.value;
  const first = told?.vouched[0];
  const View = view.value;
  const missing = first !== undefined && View === null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: with each answer anew, where the code did not come before
  useEffect(() => {
    if (missing) fetch();
  }, [told, missing, fetch]);
  const closed = () => {
    out.value = false;
  };
  return (
    <>
      {out.value && <Out onClose={closed} />}
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

function Out({ onClose }: { onClose: () => void }): JSX.Element {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // What was pressed is gone with the question; a dialog that closes gives the focus back to it first.
    const timer = setTimeout(() => button.current?.focus());
    return () => clearTimeout(timer);
  }, []);
  return (
    <Notice kind="good" role="status">
      <p>{t("join.browsers.out")}</p>
      <Button buttonRef={button} onClick={onClose}>
        {t("common.close")}
      </Button>
    </Notice>
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
