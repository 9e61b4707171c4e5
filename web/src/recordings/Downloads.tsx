import { Download } from "lucide";
import type { JSX } from "preact";
import { digits, length, size } from "../format.ts";
import { Icon } from "../ui/index.ts";
import { t } from "../words.ts";
import { partName } from "./names.ts";
import { type Manifest, type Part, partUrl } from "./types.ts";

interface Props {
  readonly room: string;
  readonly manifest: Manifest;
}

/** Each part as a file: whose it is, from when, how long, how large, and what opens it. */
export function Downloads({ room, manifest }: Props): JSX.Element {
  const parts = [...manifest.parts].sort((one, other) => one.offset_ms - other.offset_ms);
  return (
    <div class="across parts">
      <p>{t("recordings.download_opens")}</p>
      <p class="second small">{t("recordings.download_stays")}</p>
      <ul>
        {parts.map((part) => (
          <li key={part.id}>
            <a
              class="button plain"
              href={`${partUrl(room, manifest.id, part.id)}?download=1`}
              download={fileName(manifest, part)}
            >
              <Icon icon={Download} />
              <span>{t("recordings.download_part", { name: partName(manifest, part, manifest.parts) })}</span>
            </a>
            <span class="second small">
              {t(part.video ? "recordings.part_of" : "recordings.part_of_voice", {
                from: digits(part.offset_ms),
                length: length(part.length_ms),
                size: size(part.bytes),
              })}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** No name of a person: a file name travels further than the file. The server's own Content-Disposition wins. */
function fileName(manifest: Manifest, part: Part): string {
  const date = new Date(manifest.started_ms).toISOString().slice(0, 10);
  return `${date}-${part.seat}-${part.run}-${part.id}.webm`;
}
