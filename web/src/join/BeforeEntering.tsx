import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Names } from "../sharing/layout";
import { Button } from "../ui/index.ts";
import { t } from "../words";
import type { Glance } from "./glance";

interface Props {
  readonly glance: Glance;
  readonly names: Names;
  readonly onEnter: () => void;
}

/** The seat is theirs, and the agenda was sent: it is seen before one is. */
export function BeforeEntering({ glance, names, onEnter }: Props): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  const { sharing, View } = glance;
  useEffect(() => heading.current?.focus(), []);
  useEffect(() => () => sharing.close(), [sharing]);
  return (
    <section class="stack taken" aria-label={t("join.before.title")}>
      <h1 ref={heading} tabIndex={-1}>
        {t("join.before.title")}
      </h1>
      <p>{t("join.before.text")}</p>
      <Button kind="do" wide onClick={onEnter}>
        {t("join.before.enter")}
      </Button>
      <View sharing={sharing} names={names} />
    </section>
  );
}
