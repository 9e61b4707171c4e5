import { Lock } from "lucide";
import type { JSX } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ApiError, ask, errorWords } from "../api.ts";
import { Button, Notice, RoomHead } from "../ui/index.ts";
import { t, tn } from "../words.ts";
import { Engine } from "./engine.ts";
import { noticeWords } from "./notices.ts";
import { Player } from "./Player.tsx";
import { Row } from "./Row.tsx";
import { Shorten } from "./Shorten.tsx";
import type { Listing, Manifest } from "./types.ts";
import { Unlock } from "./Unlock.tsx";

const LOOK_AGAIN_MS = 3000;

type Playing = { readonly engine: Engine; readonly manifest: Manifest };

/** The room's recordings: asks for the password, lists, plays. */
export function RecordingsPage({ room }: { readonly room: string }): JSX.Element | null {
  const [listing, setListing] = useState<Listing | "locked" | null>(null);
  const [failure, setFailure] = useState("");
  const load = useCallback(async () => {
    setFailure("");
    try {
      setListing(await ask<Listing>(`/api/rooms/${room}/recordings`));
    } catch (problem) {
      if (problem instanceof ApiError && (problem.status === 401 || problem.status === 403)) setListing("locked");
      else setFailure(errorWords(problem));
    }
  }, [room]);
  const begin = useCallback(async () => {
    try {
      const me = await ask<{ session: boolean }>(`/api/rooms/${room}/me`);
      if (me.session) await load();
      else setListing("locked");
    } catch (problem) {
      setFailure(errorWords(problem));
    }
  }, [room, load]);
  useEffect(() => {
    void begin();
  }, [begin]);
  const running = listing !== null && listing !== "locked" && listing.recordings.some((it) => it.state === "recording");
  useEffect(() => {
    // one that has just stopped is put away within moments: it comes by itself
    if (!running) return;
    const timer = setInterval(() => void load(), LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [running, load]);

  if (listing === "locked") return <Unlock room={room} onOpen={() => void load()} />;
  if (listing === null && !failure) return null;
  return (
    <>
      <RoomHead room={room} here="recordings" />
      <main>
        {failure && (
          <Notice kind="pause" role="alert">
            <p>{failure}</p>
            <div>
              <Button onClick={() => void begin()}>{t("common.try_again")}</Button>
            </div>
          </Notice>
        )}
        {listing !== null && (
          <List room={room} listing={listing} onChanged={() => void load()} onLocked={() => setListing("locked")} />
        )}
      </main>
    </>
  );
}

interface ListProps {
  readonly room: string;
  readonly listing: Listing;
  readonly onChanged: () => void;
  readonly onLocked: () => void;
}

function List({ room, listing, onChanged, onLocked }: ListProps): JSX.Element {
  const [playing, setPlaying] = useState<Playing | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const [closed, setClosed] = useState(false);
  useEffect(() => {
    // the closed player held the focus
    if (closed && playing === null) heading.current?.focus();
  }, [closed, playing]);
  const now = Date.now();
  const Title = playing ? "h2" : "h1";
  useEffect(() => {
    document.title = t("recordings.title_of", { title: listing.title });
  }, [listing.title]);
  async function lock(): Promise<void> {
    try {
      await ask(`/api/rooms/${room}/logout`, { body: { forget_seat: false } });
    } finally {
      onLocked();
    }
  }
  return (
    <div class="stack">
      {playing && (
        <Player
          key={playing.manifest.id}
          room={room}
          engine={playing.engine}
          manifest={playing.manifest}
          you={listing.you}
          onClose={() => {
            setPlaying(null);
            setClosed(true);
          }}
        />
      )}
      <section class="panel list" aria-labelledby="recordings">
        <div class="list-head">
          <div>
            <Title id="recordings" ref={heading} tabIndex={-1}>
              {t("common.recordings")}
            </Title>
            <p class="second">
              {t("recordings.room", { title: listing.title, days: tn("common.days", listing.retention_days) })}
            </p>
          </div>
          <Button kind="quiet" icon={Lock} onClick={() => void lock()}>
            {t("recordings.lock")}
          </Button>
        </div>
        {listing.notices.map((notice) => (
          <Notice kind="pause" key={`${notice.code}${notice.at_ms}`}>
            {noticeWords(notice)}
          </Notice>
        ))}
        {listing.recordings.length === 0 && <p class="empty">{t("recordings.none")}</p>}
        <ul class="rows">
          {listing.recordings.map((recording) => (
            <Row
              key={recording.id}
              room={room}
              recording={recording}
              you={listing.you}
              retentionDays={listing.retention_days}
              now={now}
              heading={playing ? "h3" : "h2"}
              onPlay={(manifest) => {
                setClosed(false);
                setPlaying({ manifest, engine: new Engine(room, manifest) });
              }}
              onChanged={() => {
                setPlaying(null);
                onChanged();
              }}
            />
          ))}
        </ul>
        {listing.you === null && listing.recordings.length > 0 && (
          <p class="second small">{t("recordings.delete_needs_seat")}</p>
        )}
        {!listing.downloads && <p class="second small">{t("recordings.no_downloads")}</p>}
      </section>
      {listing.you !== null && listing.retention_days > 1 && (
        <section class="panel">
          <h2>{t("recordings.keeping")}</h2>
          <Shorten key={listing.retention_days} room={room} days={listing.retention_days} onChanged={onChanged} />
        </section>
      )}
    </div>
  );
}
