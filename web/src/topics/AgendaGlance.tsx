import type { JSX } from "preact";
import { useEffect, useId, useMemo } from "preact/hooks";
import words from "../../words/en/topics.json";
import { moment } from "../format.ts";
import type { Names } from "../sharing/layout.ts";
import type { Work } from "../sharing/types.ts";
import { bring, t, tn } from "../words.ts";
import { Seen } from "./AgendaBar.tsx";
import { sinceSent } from "./agenda.ts";
import { lastMet } from "./met.ts";
import { TopicsModel } from "./model.ts";
import { Who } from "./Who.tsx";
import "./topics.css";

bring(words);

interface Props {
  readonly sharing: Work;
  readonly names: Names;
}

const SHOWN = 6;

/** For the page before the meeting: whose agenda was sent, the open topics of "now", and the way to all of them.
 * Null as long as there is nothing to tell. */
export function AgendaGlance({ sharing, names }: Props): JSX.Element | null {
  const id = useId();
  const model = useMemo(() => new TopicsModel(sharing.doc, sharing.you), [sharing]);
  useEffect(() => () => model.close(), [model]);
  const ready = sharing.ready.value;
  useEffect(() => {
    if (ready) model.held(lastMet(sharing.room));
  }, [sharing, model, ready]);
  const { agenda, places } = model.view.value;
  const { sent } = agenda;
  const { you, room } = sharing;
  if (!ready) return null;
  // before it is sent it is the mentee's own business, and only a reminder
  if (sent === null && (you === "mentor" || places.now.length === 0)) return null;
  const partner = names.names[you === "mentor" ? "mentee" : "mentor"].trim();
  const name = partner || t(you === "mentor" ? "common.mentee" : "common.mentor");
  const heading =
    sent === null
      ? t("topics.glance.not_sent")
      : sent.by === you
        ? t("topics.glance.yours")
        : t("topics.glance.theirs", { name });
  const more = places.now.length - SHOWN;
  return (
    <section class="agenda-glance" aria-labelledby={id}>
      <h2 id={id}>
        {sent && <Who seat={sent.by} />}
        {heading}
      </h2>
      {places.now.length === 0 && <p class="second small">{t("topics.glance.nothing")}</p>}
      <ol>
        {places.now.slice(0, SHOWN).map((topic) => {
          const since = sinceSent(topic, agenda);
          return (
            <li key={topic.id}>
              <span dir="auto">{topic.title}</span>{" "}
              {since && <span class="since small">{t(`topics.glance.${since}`)}</span>}
            </li>
          );
        })}
      </ol>
      {more > 0 && <p class="second small">{tn("topics.glance.more", more)}</p>}
      <p class="second small">
        {sent === null
          ? t("topics.glance.not_sent.text", { name })
          : sent.by !== you
            ? t("topics.agenda.theirs", { name, moment: moment(sent.ms) })
            : t(sent.seen ? "topics.agenda.seen_by" : "topics.agenda.not_seen", { name })}
      </p>
      <div class="topic-moves">
        <a class="button" href={`/r/${room}/topics`}>
          {t("topics.glance.open")}
        </a>
        {sent && sent.by !== you && <Seen seen={sent.seen} onSeen={() => model.acknowledge()} />}
      </div>
    </section>
  );
}
