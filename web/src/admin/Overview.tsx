import type { JSX } from "preact";
import { count, lately, longMoment, size } from "../format.ts";
import { Notice } from "../ui/index.ts";
import { t, tn } from "../words.ts";
import { auditWords } from "./audit_words.ts";
import type { AdminState, AuditLine } from "./types.ts";

interface Props {
  readonly state: AdminState;
}

const DAY_MS = 86_400_000;

export function Figures({ state }: Props): JSX.Element {
  const { counts } = state;
  const today = new Date(state.now_ms).setHours(0, 0, 0, 0);
  const deletedToday = state.audit.filter((line) => DELETED.has(line.action) && line.at_ms >= today).length;
  const figures: [string, string][] = [
    [count(counts.recordings_kept), tn("admin.figure_recordings", counts.recordings_kept)],
    [size(counts.size), t("admin.figure_sealed")],
    [count(deletedToday), t("admin.figure_deleted_today")],
  ];
  return (
    <dl class="figures">
      {figures.map(([figure, words]) => (
        <div key={words}>
          <dt>{words}</dt>
          <dd>{figure}</dd>
        </div>
      ))}
    </dl>
  );
}

const DELETED: ReadonlySet<string> = new Set(["recording_due", "recording_deleted", "recording_erased"]);

/** Why destruction waits: a clock that leapt forward may be wrong, and a wrong clock must not destroy. */
export function ClockHold({ state }: Props): JSX.Element | null {
  if (state.clock === null) return null;
  const { held_until_ms: until, leapt_ms: leapt } = state.clock;
  return (
    <Notice kind="pause" role="status">
      <p>
        <strong>{t("admin.clock_held")}</strong>
      </p>
      <p>
        {leapt === null
          ? t("admin.clock_why")
          : t("admin.clock_why_days", { days: tn("common.days", Math.max(1, Math.round(leapt / DAY_MS))) })}
      </p>
      {until !== null && <p>{t("admin.clock_until", { moment: longMoment(until) })}</p>}
    </Notice>
  );
}

export function Lately({ state }: Props): JSX.Element {
  return (
    <section aria-labelledby="lately">
      <h2 id="lately">{t("admin.lately")}</h2>
      {state.audit_broken_at !== null && (
        <Notice kind="pause" role="alert">
          {t("admin.audit_broken", { n: state.audit_broken_at })}
        </Notice>
      )}
      {state.audit.length === 0 ? (
        <p class="second">{t("admin.lately_nothing")}</p>
      ) : (
        <ol class="lines">
          {state.audit.map((line) => (
            <Line key={line.n} line={line} now={state.now_ms} />
          ))}
        </ol>
      )}
    </section>
  );
}

function Line({ line, now }: { readonly line: AuditLine; readonly now: number }): JSX.Element {
  return (
    <li>
      <time class="second" dateTime={new Date(line.at_ms).toISOString()}>
        {lately(line.at_ms, now)}
      </time>
      <span>{auditWords(line)}</span>
    </li>
  );
}

export function Server({ state }: Props): JSX.Element {
  const { counts, media, limits } = state;
  const rows: [string, string][] = [
    [t("admin.rooms"), t("admin.rooms_value", { rooms: count(counts.rooms), live: count(state.live_rooms) })],
    [t("admin.who_creates"), t(`admin.who_creates.${state.rooms}`)],
    [t("admin.meetings"), count(counts.meetings)],
    [t("admin.running"), count(counts.recordings_running)],
    [t("admin.deleted"), count(counts.recordings_deleted)],
    [t("admin.next_due"), counts.next_due_ms === null ? t("admin.none") : longMoment(counts.next_due_ms)],
    [t("admin.disk_free"), size(state.disk_free_bytes)],
    [
      t("admin.limits"),
      t("admin.limits_value", {
        minutes: tn("common.minutes", limits.recording_minutes),
        room: size(limits.room_bytes),
        server: size(limits.server_bytes),
      }),
    ],
    [
      t("admin.media"),
      t("admin.media_value", {
        ports: media.ports === null ? t("admin.media_any") : media.ports.join("–"),
        address: media.addresses.join(", ") || t("admin.media_own"),
      }),
    ],
    [
      t("admin.stun"),
      media.stun_port === null ? t("admin.stun_off") : t("admin.stun_value", { port: media.stun_port }),
    ],
  ];
  return (
    <section aria-labelledby="server">
      <h2 id="server">{t("admin.server")}</h2>
      <dl class="lines">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt class="second">{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
