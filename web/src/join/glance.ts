/** What is to be seen of the next meeting before one enters: the agenda, with what it stands on. */
import type { ComponentType } from "preact";
import type { Id, Seat } from "../protocol";
import type { Names } from "../sharing/layout";
import type { Sharing, Work } from "../sharing/types";
import { until } from "../sharing/until";

export interface Glance {
  readonly sharing: Work;
  readonly View: ComponentType<{ sharing: Work; names: Names }>;
}

/** How long somebody who has pressed Join waits at most for what may not be there. */
const PATIENCE_MS = 5000;

/** Where nothing was ever written there is nothing to fetch for it. Throws where the line is down. */
export async function openGlance(sharing: Sharing): Promise<Glance> {
  await until(
    () => sharing.empty.value === false || sharing.work.value !== null,
    () => sharing.phase.value !== "ended",
  );
  const [work, { AgendaGlance }] = await Promise.all([sharing.openWork(), import("../topics/AgendaGlance")]);
  return { sharing: work, View: AgendaGlance };
}

/** Null: no agenda was sent for the next meeting. */
export async function sentAgenda(sharing: Sharing): Promise<Glance | null> {
  await until(
    () => sharing.empty.value !== null,
    () => sharing.phase.value !== "ended" && sharing.phase.value !== "locked",
  );
  if (sharing.empty.peek()) return null;
  const [glance, { readAgenda }] = await Promise.all([openGlance(sharing), import("../topics/agenda")]);
  await until(
    () => glance.sharing.ready.value,
    () => sharing.phase.value !== "ended",
  );
  return readAgenda(glance.sharing.doc, null).sent === null ? null : glance;
}

/** For somebody new to this browser, whose seat it has just become. Null also where it does not come in time: nobody is
 * kept waiting at the door for it. Whoever gets it closes its `sharing`. */
export async function agendaOnceIn(room: Id, seat: Seat): Promise<Glance | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, null);
  });
  const opened = import("../sharing/open").then(({ openSharing }) => openSharing({ room, you: seat }));
  const glance = await Promise.race([opened.then(sentAgenda), late]).catch(() => null);
  clearTimeout(timer);
  if (glance === null) void opened.then((sharing) => sharing.close()).catch(() => undefined);
  return glance;
}
