import type { ComponentChildren, JSX } from "preact";
import { t } from "../words.ts";
import { Mark } from "./Mark.tsx";

interface Props {
  readonly room: string;
  readonly here: "meeting" | "topics" | "notes" | "whiteboard" | "chat" | "recordings";
  readonly children?: ComponentChildren;
}

/** Mark and navigation of a room's pages, after the password. Only what exists stands here. */
export function RoomHead({ room, here, children }: Props): JSX.Element {
  const tabs = [
    { id: "meeting", href: `/r/${room}`, words: t("common.meeting") },
    ...(["topics", "notes", "whiteboard", "chat"] as const).map((id) => ({
      id,
      href: `/r/${room}/${id}`,
      words: t(`together.${id}`),
    })),
    { id: "recordings", href: `/r/${room}/recordings`, words: t("common.recordings") },
  ];
  return (
    <header class="head">
      <Brand />
      <nav aria-label={t("common.room_navigation")}>
        <ul>
          {tabs.map((tab) => (
            <li key={tab.id}>
              <a class="tab" href={tab.href} aria-current={tab.id === here ? "page" : undefined}>
                {tab.words}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      {children}
    </header>
  );
}

export function Brand(): JSX.Element {
  return (
    <a class="brand" href="/">
      <Mark />
      <span>{t("common.product")}</span>
    </a>
  );
}
