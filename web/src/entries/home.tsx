import "../base.css";
import "../create/create.css";
import { type JSX, render } from "preact";
import { useState } from "preact/hooks";
import words from "../../words/en/create.json";
import { type Created, CreateForm } from "../create/CreateForm.tsx";
import { RoomReady } from "../create/RoomReady.tsx";
import type { Draft } from "../create/rules.ts";
import { mountPoint, pageData } from "../page.ts";
import { Notice } from "../ui/index.ts";
import { bring, t } from "../words.ts";

bring(words);

interface Data {
  readonly rooms?: "anyone" | "code" | "admin";
  /** Whether the admin is signed in in this browser. */
  readonly admin?: boolean;
  readonly keep_days?: number;
  readonly longest_days?: number;
}

function Home({ data }: { readonly data: Data }): JSX.Element {
  const [made, setMade] = useState<{ created: Created; draft: Draft } | null>(null);
  if (made) return <RoomReady created={made.created} draft={made.draft} />;
  if (data.rooms === "admin" && !data.admin) {
    return (
      <Notice kind="calm">
        <p>{t("create.admin_only")}</p>
        <a href="/admin">{t("create.admin_sign_in")}</a>
      </Notice>
    );
  }
  const longest = data.longest_days ?? 365;
  return (
    <CreateForm
      needsCode={data.rooms === "code" && !data.admin}
      keepDays={data.keep_days ?? 30}
      longestDays={longest}
      onCreated={(created, draft) => setMade({ created, draft })}
    />
  );
}

const place = document.getElementById("create") ?? mountPoint();
render(<Home data={pageData<Data>()} />, place);
