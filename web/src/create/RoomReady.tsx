import { ArrowRight } from "lucide";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { wholeDays } from "../days.ts";
import { CopyButton, Field, Icon, Notice } from "../ui/index.ts";
import { t } from "../words.ts";
import type { Created } from "./CreateForm.tsx";
import { type Draft, invitation, personalLink } from "./rules.ts";

interface Props {
  readonly created: Created;
  readonly draft: Draft;
}

/** The room is made: its link, the invitation, the creator's own link. Shown once, on this page only. */
export function RoomReady({ created, draft }: Props): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  const byHand = useRef<HTMLTextAreaElement>(null);
  const [refused, setRefused] = useState<string | null>(null);
  useEffect(() => {
    heading.current?.focus();
  }, []);
  useEffect(() => {
    if (refused !== null) byHand.current?.select();
  }, [refused]);

  const write = (withPassword: boolean) =>
    invitation({
      link: created.link,
      password: draft.password.trim(),
      withPassword,
      creator: draft.seat ?? "neither",
      days: wholeDays(draft.days) ?? 0,
    });
  return (
    <section class="panel ready" aria-labelledby="ready">
      <h2 id="ready" ref={heading} tabIndex={-1}>
        {t("create.ready", { title: draft.title.trim() })}
      </h2>
      <Field
        label={t("create.link")}
        hint={t("create.link_hint")}
        code
        readOnly
        value={created.link}
        beside={<CopyButton kind="quiet" label={t("create.copy_link")} text={created.link} onRefused={setRefused} />}
      />
      <div class="block">
        <h3>{t("create.invite")}</h3>
        <pre class="letter">{write(true)}</pre>
        <div class="row">
          <CopyButton label={t("create.copy_invitation")} text={write(true)} onRefused={setRefused} />
          <CopyButton
            kind="quiet"
            label={t("create.copy_invitation_without")}
            text={write(false)}
            onRefused={setRefused}
          />
        </div>
        <p class="second small">{t("create.copy_invitation_hint")}</p>
      </div>
      {refused !== null && (
        <div class="block" role="alert">
          <p>{t("common.copy_by_hand")}</p>
          <textarea ref={byHand} class="by-hand code" readOnly rows={6} value={refused} aria-label={t("common.copy")} />
        </div>
      )}
      {created.personal ? (
        <>
          <Personal link={personalLink(created.link, created.personal)} onRefused={setRefused} />
          <p class="second small">{t("join.personal.lost")}</p>
        </>
      ) : (
        <Notice kind="calm">{t("create.neither_next")}</Notice>
      )}
      <a class="button do wide" href={`/r/${created.room}`}>
        <span>{t("create.go")}</span>
        <Icon icon={ArrowRight} />
      </a>
    </section>
  );
}

function Personal({
  link,
  onRefused,
}: {
  readonly link: string;
  readonly onRefused: (text: string) => void;
}): JSX.Element {
  return (
    <div class="block">
      <Field
        label={t("create.personal")}
        hint={t("create.personal_hint")}
        code
        readOnly
        value={link}
        beside={<CopyButton kind="quiet" label={t("create.copy_personal")} text={link} onRefused={onRefused} />}
      />
    </div>
  );
}
