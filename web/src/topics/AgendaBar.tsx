import { Check, Eye, Send } from "lucide";
import type { JSX } from "preact";
import { moment } from "../format.ts";
import { Button } from "../ui/index.ts";
import { t, tn } from "../words.ts";
import { sinceSent } from "./agenda.ts";
import type { Desk } from "./desk.ts";
import { Who } from "./Who.tsx";

/** The agenda above the list: the mentee sends it before the meeting, the mentor says that it was seen. */
export function AgendaBar({ desk }: { readonly desk: Desk }): JSX.Element | null {
  const { agenda, places } = desk.model.view.value;
  const { you } = desk.sharing;
  const { sent } = agenda;
  const inMeeting = desk.names.meeting !== null;
  if (sent === null) return inMeeting || you === "mentor" ? null : <NotSent desk={desk} />;
  const changed = inMeeting ? 0 : places.now.filter((topic) => sinceSent(topic, agenda) !== null).length;
  const partner = desk.nameOf(you === "mentor" ? "mentee" : "mentor");
  const at = { moment: moment(sent.ms) };
  const mine = sent.by === you;
  let seen = "";
  if (mine && !inMeeting) seen = t(sent.seen ? "topics.agenda.seen_by" : "topics.agenda.not_seen", { name: partner });
  return (
    <div class="topics-agenda">
      <p>
        <Who seat={sent.by} />
        {mine ? t("topics.agenda.yours", at) : t("topics.agenda.theirs", { ...at, name: partner })} {seen}
        {changed > 0 && ` ${tn("topics.agenda.changed", changed)}`}
      </p>
      {!inMeeting && mine && changed > 0 && (
        <Button icon={Send} data-key="agenda:send" onClick={() => send(desk)}>
          {t("topics.agenda.again")}
        </Button>
      )}
      {!inMeeting && !mine && <Seen seen={sent.seen} onSeen={() => desk.model.acknowledge()} />}
    </div>
  );
}

function NotSent({ desk }: { readonly desk: Desk }): JSX.Element {
  const name = desk.nameOf("mentor");
  if (desk.model.view.value.places.now.length === 0)
    return (
      <div class="topics-agenda">
        <p>{t("topics.agenda.empty")}</p>
      </div>
    );
  return (
    <div class="topics-agenda">
      <p>{t("topics.agenda.why", { name })}</p>
      <Button kind="do" icon={Send} data-key="agenda:send" onClick={() => send(desk)}>
        {t("topics.agenda.send", { name })}
      </Button>
    </div>
  );
}

function send(desk: Desk): void {
  desk.model.send();
  desk.wanted = "topics";
  desk.say(t("topics.agenda.yours", { moment: moment(Date.now()) }));
}

/** "Seen", which the sender hears of. Pressed it says so in the same place, so that the focus stays. */
export function Seen({ seen, onSeen }: { readonly seen: boolean; readonly onSeen: () => void }): JSX.Element {
  return (
    <Button icon={seen ? Check : Eye} data-key="agenda:seen" aria-disabled={seen} onClick={() => !seen && onSeen()}>
      {t(seen ? "topics.agenda.you_saw" : "topics.agenda.seen")}
    </Button>
  );
}
