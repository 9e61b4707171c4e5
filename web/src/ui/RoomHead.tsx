import type { ComponentChildren, JSX } from "preact";
import { t, tn } from "../words.ts";
import { Mark } from "./Mark.tsx";

interface Props {
  readonly room: string;
  readonly here: "meeting" | "topics" | "notes" | "whiteboard" | "chat" | "recordings";
  readonly news?: RoomNews;
  readonly children?: ComponentChildren;
}

/** What came from the other, as far as this page knows of it. */
export interface RoomNews {
  /** Messages not read yet. */
  readonly unread: number;
  /** An agenda was sent, and not marked as seen. */
  readonly agenda: boolean;
}

/** Mark and navigation of a room's pages, after the password. Only what exists stands here. */
export function RoomHead({ room, here, news, children }: Props): JSX.Element {
  const tabs = [
    { id: "meeting", href: `/r/${room}`, words: t("common.meeting") },
    ...(["topics", "notes", "whiteboard", "chat"] as const).map((id) => ({
      id,
      href: `/r/${room}/${id}`,
      words: wordsOf(id, id === here ? undefined : news),
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

function wordsOf(panel: "topics" | "notes" | "whiteboard" | "chat", news: RoomNews | undefined): string {
  const name = t(`together.${panel}`);
  if (panel === "chat" && news?.unread) return tn("together.news.chat", news.unread, { name });
  if (panel === "topics" && news?.agenda) return t("together.news.agenda", { name });
  return name;
}

export function Brand(): JSX.Element {
  return (
    <a class="brand" href="/">
      <Mark />
      <span>{t("common.product")}</span>
    </a>
  );
}
