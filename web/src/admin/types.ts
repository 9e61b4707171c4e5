/** What `/api/admin/state` answers: numbers and dates, never a name, a picture or a sound. Times in milliseconds. */

export interface Policy {
  /** What a new room is offered. */
  readonly days: number;
  /** The longest a room may choose. */
  readonly longest_days: number;
}

export interface Counts {
  readonly rooms: number;
  readonly meetings: number;
  readonly recordings_kept: number;
  readonly recordings_running: number;
  readonly recordings_deleted: number;
  /** Bytes. */
  readonly size: number;
  readonly next_due_ms: number | null;
  readonly oldest_kept_ms: number | null;
}

export interface AuditLine {
  readonly n: number;
  readonly at_ms: number;
  readonly action: string;
  readonly by: string;
  readonly room: string | null;
  readonly recording: string | null;
  readonly numbers: Readonly<Record<string, number>>;
}

export interface AdminState {
  readonly policy: Policy;
  readonly counts: Counts;
  readonly live_rooms: number;
  readonly disk_free_bytes: number;
  readonly limits: {
    readonly room_bytes: number;
    readonly server_bytes: number;
    readonly recording_minutes: number;
  };
  /** Set while destruction waits because the clock has leapt. */
  readonly clock: { readonly held_until_ms: number | null; readonly leapt_ms: number | null } | null;
  readonly media: {
    readonly addresses: readonly string[];
    /** UDP, first and last; null: any. */
    readonly ports: readonly [number, number] | null;
    readonly stun_port: number | null;
  };
  readonly rooms: "anyone" | "code" | "admin";
  readonly now_ms: number;
  readonly audit: readonly AuditLine[];
  /** Number of the first line of the audit log that was changed afterwards. */
  readonly audit_broken_at: number | null;
}
