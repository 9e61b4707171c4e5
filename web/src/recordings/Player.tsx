import { Pause, Play, RotateCcw, RotateCw, Volume2, X } from "lucide";
import type { JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { day, digits, length, longMoment } from "../format.ts";
import { Button, Icon, Notice } from "../ui/index.ts";
import { t } from "../words.ts";
import { Beside } from "./Beside.tsx";
import type { Engine } from "./engine.ts";
import { nameOf } from "./names.ts";
import { Picture } from "./Picture.tsx";
import { Timeline } from "./Timeline.tsx";
import { type Manifest, SEATS, type Seat } from "./types.ts";

const STEP_MS = 10_000;
const SPEEDS = [0.75, 1, 1.25, 1.5, 1.75, 2];

interface Props {
  readonly room: string;
  readonly engine: Engine;
  readonly manifest: Manifest;
  readonly you: Seat | null;
  readonly onClose: () => void;
}

export function Player({ room, engine, manifest, you, onClose }: Props): JSX.Element {
  const id = useId();
  const section = useRef<HTMLElement>(null);
  useEffect(() => {
    engine.start();
    engine.play();
    section.current?.focus();
    section.current?.scrollIntoView({ block: "start" });
    return () => engine.close();
  }, [engine]);
  const playing = engine.playing.value;
  const together = manifest.shared.length > 0;
  const interrupted = manifest.parts.some((part) => part.interrupted);

  function onKey(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey || ownKeys(event.target, event.key)) return;
    if (event.key === " " || event.key === "k") engine.toggle();
    else if (event.key === "ArrowLeft" || event.key === "j") engine.seek(engine.at.value - STEP_MS);
    else if (event.key === "ArrowRight" || event.key === "l") engine.seek(engine.at.value + STEP_MS);
    else return;
    event.preventDefault();
  }

  return (
    <section class="player" ref={section} tabIndex={-1} aria-labelledby={id} onKeyDown={onKey}>
      <div class="player-head">
        <div>
          <h1 id={id}>{heading(manifest, you)}</h1>
          <p class="second">
            {t("recordings.head", { length: length(manifest.length_ms), moment: longMoment(manifest.due_ms) })}
          </p>
        </div>
        <Button kind="quiet" icon={X} onClick={onClose}>
          {t("common.close")}
        </Button>
      </div>
      {interrupted && <Notice kind="pause">{t("recordings.interrupted_long")}</Notice>}
      {engine.broken.value && (
        <Notice kind="pause" role="alert">
          {t("recordings.broken")}
        </Notice>
      )}
      <div class="listening">
        <div class="stage">
          <div class="pictures">
            {SEATS.map((seat) => (
              <Picture key={seat} engine={engine} seat={seat} name={nameOf(manifest, seat, you)} />
            ))}
          </div>
          <div class="desk">
            <Timeline axis={engine.axis} at={engine.at.value} onSeek={(to) => engine.seek(to)} />
            <div class="controls">
              <button type="button" class="round" onClick={() => engine.toggle()}>
                <Icon icon={playing ? Pause : Play} size={24} />
                <span class="heard">{playing ? t("recordings.pause") : t("recordings.resume")}</span>
              </button>
              <Jump
                icon={RotateCcw}
                words={t("recordings.back_10")}
                onPress={() => engine.seek(engine.at.value - STEP_MS)}
              />
              <Jump
                icon={RotateCw}
                words={t("recordings.on_10")}
                onPress={() => engine.seek(engine.at.value + STEP_MS)}
              />
              <span class="time">
                <strong>{digits(engine.at.value)}</strong>{" "}
                <span class="second">{t("recordings.of", { length: digits(engine.axis.length) })}</span>
              </span>
              <span class="second small fetching" role="status">
                {engine.waiting.value ? t("recordings.waiting") : ""}
              </span>
              <span class="spring" />
              <Speed engine={engine} />
              <Voices engine={engine} manifest={manifest} you={you} />
            </div>
          </div>
        </div>
        {together && <Beside {...{ room, engine, manifest }} />}
      </div>
      {!together && <p class="second small">{t("recordings.replay.none")}</p>}
    </section>
  );
}

interface JumpProps {
  readonly icon: typeof RotateCcw;
  readonly words: string;
  readonly onPress: () => void;
}

function Jump({ icon, words, onPress }: JumpProps): JSX.Element {
  return (
    <button type="button" class="button quiet jump" onClick={onPress}>
      <Icon icon={icon} />
      <span>{t("recordings.ten")}</span>
      <span class="heard">{words}</span>
    </button>
  );
}

function Speed({ engine }: { readonly engine: Engine }): JSX.Element {
  const id = useId();
  return (
    <span class="speed">
      <label class="heard" for={id}>
        {t("recordings.speed")}
      </label>
      <select
        id={id}
        value={String(engine.speed.value)}
        onChange={(event) => engine.setSpeed(Number(event.currentTarget.value))}
      >
        {SPEEDS.map((speed) => (
          <option key={speed} value={String(speed)}>
            {t("recordings.times", { speed })}
          </option>
        ))}
      </select>
    </span>
  );
}

type VoicesProps = Pick<Props, "engine" | "manifest" | "you">;

function Voices({ engine, manifest, you }: VoicesProps): JSX.Element {
  const id = useId();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button kind="quiet" icon={Volume2} aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>
        {t("recordings.voices")}
      </Button>
      <div class="voices" id={id} hidden={!open}>
        {SEATS.map((seat) => (
          <label key={seat}>
            <span>{nameOf(manifest, seat, you)}</span>
            <input
              type="range"
              min={0}
              max={100}
              step={5}
              value={Math.round(engine.volume[seat].value * 100)}
              aria-valuetext={t("recordings.percent", { n: Math.round(engine.volume[seat].value * 100) })}
              onInput={(event) => engine.setVolume(seat, Number(event.currentTarget.value) / 100)}
            />
          </label>
        ))}
      </div>
    </>
  );
}

function heading(manifest: Manifest, you: Seat | null): string {
  const date = day(manifest.started_ms);
  if (you !== null)
    return t("recordings.with", { day: date, name: nameOf(manifest, you === "mentor" ? "mentee" : "mentor", you) });
  return t("recordings.of_both", {
    day: date,
    mentor: nameOf(manifest, "mentor", you),
    mentee: nameOf(manifest, "mentee", you),
  });
}

/** Keys that the focused control needs for itself. */
function ownKeys(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.matches("input, select, textarea")) return true;
  return key === " " && target.matches("button, a, summary");
}
